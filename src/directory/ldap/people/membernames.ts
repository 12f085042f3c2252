import { EqualityFilter, type Filter, PresenceFilter } from 'ldapts';
import type { LdapEntry, Search } from '../search.ts';
import { type Branch, type GroupBranch, requestAmong } from './branch.ts';
import { readRest } from './valueranges.ts';
import { textsOf } from './values.ts';

/** So many names stand in one search's filter: with 500, 389-DS takes 0.4 s. */
const BATCH = 50;

/** What a level's groups say of their members. */
export interface Names {
  /** The groups' own names. */
  readonly groups: readonly string[];
  readonly dns: readonly string[];
  readonly uids: readonly string[];
  readonly addresses: readonly string[];
}

/** Reads all names, past what a server gives of them at a time. */
export async function readNames(
  level: readonly LdapEntry[],
  branch: GroupBranch,
  search: Search,
): Promise<Names> {
  const groups = level.map(({ dn }) => dn);
  const textsIn = (attributes: readonly string[]): readonly string[] =>
    level.flatMap((group) => attributes.flatMap((attribute) => textsOf(group, attribute)));
  const uids = [...new Set(textsIn(branch.memberUids))];
  const addresses = textsIn(branch.memberAddresses);
  const read = branch.memberDns.flatMap((attribute) =>
    level.map((group) => readRest(group, attribute, branch.members, search)),
  );
  const dns = new Set((await Promise.all(read)).flat().map(withoutUid));
  // Some sites give an empty group the empty name, which is the server's root.
  dns.delete('');
  return { groups, dns: [...dns], uids, addresses };
}

/** uniqueMember's values may end in a bit string (RFC 4517, 3.3.21). */
export const withoutUid = (value: string): string => value.replace(/#'[01]*'B$/, '');

/** Finds those members that lie in a branch. */
export async function searchMembers(
  branch: Branch,
  { groups, dns, uids }: Names,
  { membersBy }: GroupBranch,
  search: Search,
): Promise<readonly LdapEntry[]> {
  const byName = membersBy === 'memberOf' ? equals('memberOf', groups) : equals(membersBy, dns);
  const byUid = searchBatches(branch, equals('uid', uids), search, ['uid']);
  const batches =
    membersBy === 'read'
      ? [readEach(branch, dns, search), ...byUid]
      : [...searchBatches(branch, byName, search), ...byUid];
  return (await Promise.all(batches)).flat();
}

const equals = (attribute: string, values: readonly string[]): readonly Filter[] =>
  values.map((value) => new EqualityFilter({ attribute, value }));

function searchBatches(
  branch: Branch,
  conditions: readonly Filter[],
  search: Search,
  further: readonly string[] = [],
): readonly Promise<readonly LdapEntry[]>[] {
  const attributes = [...new Set([...branch.attributes, ...further])];
  const batches: Promise<readonly LdapEntry[]>[] = [];
  for (let i = 0; i < conditions.length; i += BATCH) {
    const request = requestAmong(branch, conditions.slice(i, i + BATCH), attributes);
    if (request !== undefined) batches.push(search(request));
  }
  return batches;
}

/** One search a member, where a server can't be asked for several by name. */
async function readEach(
  branch: Branch,
  dns: readonly string[],
  search: Search,
): Promise<readonly LdapEntry[]> {
  const request = requestAmong(
    branch,
    [new PresenceFilter({ attribute: 'objectClass' })],
    branch.attributes,
  );
  if (request === undefined) return [];
  const found = await Promise.all(
    dns.map((base) => search({ ...request, base, scope: 'base', baseMayBeAbsent: true })),
  );
  return found.flat();
}
