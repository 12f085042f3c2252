import type { Address } from '../../../address/address.ts';
import { type Entry, Fault, type Finding } from '../../directory.ts';
import { findingOf, none, valuesOf } from '../../finding.ts';
import { mailAddress } from '../../people/spelling.ts';
import type { Ask } from '../http/api.ts';
import { listChildren, listGroups, listMembers, nobody } from '../trust/listing.ts';
import { accountOf, liesInFields, takesPart } from './account.ts';
import { believeDisabled, withReasons } from './disabled.ts';

import { matchesLoosely } from './loosematch.ts';
import type { FindOptions } from './options.ts';
import { askable, attributeQuery, MAX_HOLDERS, spellingsOf } from './query.ts';
import type { GroupRow, UserRow } from './rows.ts';
import { normalise } from './written.ts';

/** Finds the groups that have `address` in `attribute`, each with the members of all groups in it. */
export async function findGroups(
  ask: Ask,
  attribute: string,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<Finding<Entry>> {
  const findAll = async (spellings: readonly string[]): Promise<Finding<GroupRow>> => {
    const findings = await Promise.all(
      spellings.map((spelling) => findSpelled(ask, attribute, spelling, address, signal)),
    );
    const byId = new Map(findings.flatMap(valuesOf).map((group) => [group.id, group]));
    return findingOf([...byId.values()], () => nobody(...findings));
  };
  if (SPECIAL.test(address.text)) {
    await options.groups.ready(signal);
    if (options.groups.lack(address.text)) return none('probe', 'all groups were read');
  }
  const plain = await findAll(spellingsOf(address).texts);
  if (plain.status === 'found') return expand(ask, attribute, plain.value, options, signal);
  const further = await odd(address, options, signal);
  if (further.length === 0) return plain;
  const finding = await findAll(further);
  return finding.status === 'none'
    ? nobody(plain, finding)
    : expand(ask, attribute, finding.value, options, signal);
}

/** What a question for a group can't hold: a quote behind a backslash; nor what MariaDB's columns of groups can't. */
const SPECIAL = /\\"|[\u{10000}-\u{10ffff}]/u;

async function odd(
  { text }: Address,
  { groups }: FindOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await groups.ready(signal);
  return groups.of(text);
}

async function expand(
  ask: Ask,
  attribute: string,
  [first, ...rest]: readonly [GroupRow, ...(readonly GroupRow[])],
  options: FindOptions,
  signal: AbortSignal,
): Promise<Finding<Entry>> {
  const entry = (group: GroupRow) => entryOf(ask, group, attribute, options, signal);
  const [one, ...others] = await Promise.all([entry(first), ...rest.map(entry)]);
  return { status: 'found', value: [one, ...others] };
}

/** Where another group is shown, the database compares more loosely than mail does; what it has is shown with it. */
async function findSpelled(
  ask: Ask,
  attribute: string,
  spelling: string,
  address: Address,
  signal: AbortSignal,
): Promise<Finding<GroupRow>> {
  if (askable(spelling) !== spelling) {
    throw new Fault(
      'entry',
      `groups can't be asked for a ${attribute} with a quote behind a backslash`,
    );
  }
  const q = attributeQuery(attribute, spelling);
  const finding = await listGroups(ask, { q, max: MAX_HOLDERS }, signal);
  if (finding.status === 'none') return finding;
  if (finding.value.length >= MAX_HOLDERS) {
    throw new Fault(
      'entry',
      `${MAX_HOLDERS} groups or more have it as ${attribute}, leave it to one`,
    );
  }
  const all = finding.value.map(withThoseBelow);
  const [first, ...rest] = all
    .flat()
    .filter((group) => addressesOf(group, attribute).includes(address.text));
  if (first !== undefined) return { status: 'found', value: [first, ...rest] };
  const isOther = ({ attributes }: GroupRow): boolean =>
    (attributes[attribute] ?? []).some((value) => matchesLoosely(value, spelling));
  if (all.every((groups) => groups.some(isOther))) {
    return none('probe', 'groups that are shown have another address');
  }
  throw new Fault(
    'entry',
    `keycloak shows groups, none of which has the ${attribute} that was asked for`,
  );
}

/** Keycloak shows a group below those that it lies in. */
export const withThoseBelow = (group: GroupRow): readonly GroupRow[] => [
  group,
  ...group.subGroups.flatMap(withThoseBelow),
];

const addressesOf = ({ attributes }: GroupRow, attribute: string): readonly string[] =>
  (attributes[attribute] ?? []).map(normalise);

async function entryOf(
  ask: Ask,
  group: GroupRow,
  attribute: string,
  options: FindOptions,
  signal: AbortSignal,
): Promise<Entry> {
  const { settings } = options;
  const [address = '', ...aliases] = addressesOf(group, attribute);
  const members = await readMembers(ask, group, options, signal);
  const accounts = members
    .filter((user) => user.enabled && takesPart(user, settings))
    .map((user) => accountOf(user, settings));
  const addresses = accounts.map(mailAddress).filter((own) => own !== '');
  return {
    id: group.id,
    kind: 'group',
    address,
    aliases,
    logins: [...new Set(accounts.flatMap(({ logins }) => logins))],
    members: [...new Set(addresses)],
    enabled: true,
  };
}

/**
 * Reads the members of a group and of the groups in it, level by level.
 * @throws {Fault} `entry` where there are none at all: nothing proves it, and its mail would be refused
 */
async function readMembers(
  ask: Ask,
  top: GroupRow,
  { settings, seen }: FindOptions,
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  const { depth: maxDepth, members: maxMembers } = settings.groups;
  const most = (rows: number): void => checkSize(rows, maxMembers);
  // Aliases of members do not count, and the full form of a page takes seconds.
  const form = { brief: liesInFields(settings.addressFrom), most };
  const members = new Map<string, UserRow>();
  let level: readonly GroupRow[] = [top];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw tooLarge(`groups lie in it ${maxDepth} deep and deeper`);
    const below: GroupRow[] = [];
    for (const group of level) {
      const users = await readOwn(ask, group.id, form, signal);
      for (const user of users) members.set(user.id, user);
      for (const user of users) seen(user);
      await believeDisabled(ask, users, signal);
      most(members.size);
      below.push(...(await listChildren(ask, group, most, signal)));
    }
    level = below;
  }
  if (members.size > 0) return [...members.values()];
  throw new Fault('entry', EMPTY_GROUP);
}

/** Why mail to a group in which nobody is shown is deferred. */
export const EMPTY_GROUP =
  'keycloak shows no members in the group, and it shows none as well where it can not read them: give the group a member, or take its address away';

/** So many members who are disabled are looked at one by one; more, and the list is read again in its full form. */
const FEW = 10;

/** Reads a group's own members, with the reasons why some are disabled. */
async function readOwn(
  ask: Ask,
  group: string,
  form: { readonly brief: boolean; readonly most: (rows: number) => void },
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  const users = await listMembers(ask, group, form, signal);
  if (!form.brief) return users;
  return users.filter(({ enabled }) => !enabled).length > FEW
    ? listMembers(ask, group, { ...form, brief: false }, signal)
    : withReasons(ask, users, signal);
}

function checkSize(size: number, most: number): void {
  if (size > most) throw tooLarge(`it has more than ${most} members or groups`);
}

const tooLarge = (why: string): Fault =>
  new Fault(
    'entry',
    `the group is too large, ${why}: raise groups.members or groups.depth, and Postfix's virtual_alias_expansion_limit`,
  );
