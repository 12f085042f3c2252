import { Fault, type Remark } from '../directory.ts';
import { remarkSpellings } from '../people/spelling.ts';
import { remarkOutsiders } from './inspectoutsiders.ts';
import {
  type AccountBranch,
  type Branch,
  type GroupBranch,
  requestAmong,
} from './people/branch.ts';
import { describeLost } from './people/lost.ts';
import { findMembers } from './people/members.ts';
import { anyOf } from './people/sources.ts';
import type { LdapEntry } from './search.ts';
import { readOn, searchOn } from './servers/results.ts';
import type { LdapSettings } from './settings.ts';
import { sample } from './trust/places.ts';
import type { Schema } from './trust/schema.ts';
import type { Trusts } from './trust/trusts.ts';
import type { Connection } from './wire/connection.ts';
import type { View } from './work.ts';

/** What people are looked at with. */
export interface PeopleInspection {
  readonly accounts: AccountBranch;
  /** Absent: groups are not looked for. */
  readonly groups: GroupBranch | undefined;
  readonly trusts: Pick<Trusts, 'schemas' | 'oddities' | 'find' | 'self'>;
  readonly settings: Pick<LdapSettings, 'base'>;
}

/** What an administrator should know of how addresses are stored and of some groups' members. */
export async function inspectPeople(
  options: PeopleInspection,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const { trusts, accounts, groups } = options;
  const schema = await trusts.schemas.of(connection, signal);
  const sources = [accounts, groups].flatMap((branch) =>
    branch === undefined ? [] : [...branch.address, ...branch.aliases],
  );
  const attributes = new Set(sources.map(({ attribute }) => attribute));
  const branches = groups === undefined ? [accounts] : [accounts, groups];
  const { base } = options.settings;
  return [
    ...[...attributes].flatMap((attribute) => remarkComparison(attribute, schema)),
    ...remarkOddities(trusts.oddities.count()),
    ...(await checkSpellings(branches, connection, signal)),
    ...(await remarkOutsiders({ base, branches, self: trusts.self }, connection, signal)),
    ...(groups === undefined ? [] : await checkGroups(groups, options, connection, signal)),
  ];
}

function remarkComparison(attribute: string, schema: Schema): readonly Remark[] {
  if (!schema.has(attribute)) return [];
  const comparison = schema.comparison(attribute);
  if (comparison === 'without case') return [];
  const text =
    comparison === 'with case'
      ? `the schema compares ${attribute} with case, and the server has no rule that does not: unknown addresses are deferred, for somebody may have them in capitals; give the attribute the rule caseIgnoreIA5Match`
      : `the schema compares ${attribute} with case: each unknown address takes a second search by ${comparison.rule}, which no index serves; give the attribute that rule`;
  return [{ level: 'warning', text }];
}

function remarkOddities(count: number | undefined): readonly Remark[] {
  if (count === undefined)
    return [
      {
        level: 'warning',
        text: 'the server could not look for addresses that are written "Name <address>", or with rare letters (ſ, ϑ), in time: if there are any, they may not be found',
      },
    ];
  if (count === 0) return [];
  return [
    {
      level: 'warning',
      text: `${count} addresses are written "Name <address>", or with rare letters (ſ, ϑ): they are looked for every ten minutes only, write the address alone, and with common letters`,
    },
  ];
}

/** Looks at some addresses of each branch for those that Postfix, having folded them, does not find. */
async function checkSpellings(
  branches: readonly Branch[],
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const held = branches.map(async (branch) => {
    const sources = [...branch.address, ...branch.aliases];
    const attributes = sources.map(({ attribute }) => attribute);
    const request = requestAmong(branch, anyOf(sources), attributes);
    if (request === undefined) return [];
    const { entries } = await connection.search({ ...request, sizeLimit: ADDRESSES }, signal);
    return entries.flatMap((entry) => sources.flatMap((source) => source.addressesOf(entry)));
  });
  return remarkSpellings((await Promise.all(held)).flat());
}

/** So many people, and so many groups, are looked at for their addresses. */
const ADDRESSES = 100;

/** Looks at some groups as their mail would be answered. */
async function checkGroups(
  groups: GroupBranch,
  { trusts, accounts }: PeopleInspection,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const request = requestAmong(groups, anyOf(groups.address), groups.attributes);
  if (request === undefined) return [];
  const { entries } = await sample({ ...request, sizeLimit: SAMPLE }, connection, signal);
  const view: View = {
    search: searchOn(connection, 'ignore', signal),
    read: readOn(connection, signal),
    missed: () => {},
    schema: () => trusts.schemas.of(connection, signal),
    prove: async (proof) => {
      await proof(connection, signal);
    },
  };
  const expand = async (group: LdapEntry): Promise<readonly Remark[]> => {
    try {
      const { emptiness } = trusts.find;
      const { lost } = await findMembers(group, { branch: groups, accounts, emptiness }, view);
      return lost
        .filter(({ why }) => why !== 'left out')
        .slice(0, 1)
        .map((each) =>
          warn(`a member of ${group.dn} gets none of its mail: ${describeLost(each)}`),
        );
    } catch (error) {
      // Another fault says nothing of the group: there was no time left for it.
      if (!(error instanceof Fault) || error.kind !== 'entry') return [];
      return [warn(`mail for ${group.dn} is deferred: ${error.message}`)];
    }
  };
  const remarks: Remark[] = [];
  for (const group of entries) remarks.push(...(await expand(group)));
  return remarks.length > MOST
    ? [...remarks.slice(0, MOST), warn(`and ${remarks.length - MOST} more such groups`)]
    : remarks;
}

const warn = (text: string): Remark => ({ level: 'warning', text });

/** So many groups are looked at, and so many told of. */
const SAMPLE = 20;
const MOST = 5;
