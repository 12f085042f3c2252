import { EqualityFilter, type Filter, PresenceFilter } from 'ldapts';
import { type Entry, Fault } from '../../directory.ts';
import { mailAddress } from '../../people/spelling.ts';
import type { LdapEntry, Search } from '../search.ts';
import { type AccountBranch, type Branch, type GroupBranch, requestAmong } from './branch.ts';
import { accountOf } from './entry.ts';
import { readRest } from './valueranges.ts';
import { textsOf } from './values.ts';

/** Who gets a group's mail, and who may send as it. */
export interface Members {
  readonly addresses: readonly string[];
  readonly logins: readonly string[];
}

/** So many names stand in one search's filter: with 500, 389-DS takes 0.4 s. */
const BATCH = 50;

interface Gathering {
  readonly accounts: Map<string, Entry>;
  readonly addresses: Set<string>;
  /** DNs of groups that were met; a circle ends here. */
  readonly seen: Set<string>;
}

/**
 * Finds the members of `group` and of the groups in it, level by level, with a few searches a level. Disabled accounts,
 * members without an address and names that lead nowhere are left out.
 * @param missed is called where a name led nowhere
 * @throws {Fault} `entry` where there are too many, or groups lie too deep: never a shortened list
 */
export async function findMembers(
  group: LdapEntry,
  branch: GroupBranch,
  accounts: AccountBranch,
  search: Search,
  missed: () => void,
): Promise<Members> {
  const found: Gathering = {
    accounts: new Map(),
    addresses: new Set(),
    seen: new Set([group.dn.toLowerCase()]),
  };
  let level: readonly LdapEntry[] = [group];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > branch.depth) throw tooLarge(`groups lie in it ${branch.depth} deep and deeper`);
    level = await gather(level, branch, accounts, search, found, missed);
    if (found.accounts.size + found.addresses.size > branch.members) {
      throw tooLarge(`it has more than ${branch.members} members`);
    }
  }
  const enabled = [...found.accounts.values()].filter((account) => account.enabled);
  const own = enabled.map(mailAddress).filter((address) => address !== '');
  return {
    addresses: [...new Set([...own, ...found.addresses])],
    logins: [...new Set(enabled.flatMap(({ logins }) => logins))],
  };
}

const tooLarge = (why: string): Fault =>
  new Fault(
    'entry',
    `the group is too large, ${why}: raise groups.members or groups.depth, and Postfix's virtual_alias_expansion_limit`,
  );

/** Takes one level's members; gives the groups among them that are new. */
async function gather(
  level: readonly LdapEntry[],
  branch: GroupBranch,
  accounts: AccountBranch,
  search: Search,
  found: Gathering,
  missed: () => void,
): Promise<readonly LdapEntry[]> {
  const names = await readNames(level, branch, search);
  if (names.dns.length > branch.members) {
    throw tooLarge(`it names more than ${branch.members} members`);
  }
  for (const address of names.addresses) found.addresses.add(address);

  const [people, groups] = await Promise.all([
    searchMembers(accounts, names, branch, search),
    searchMembers(branch, { ...names, uids: [] }, branch, search),
  ]);
  const count = new Set([...people, ...groups].map(({ dn }) => dn)).size;
  const named = names.dns.length + names.uids.length;
  if (count < named) missed();
  if (count + names.addresses.length === 0 && named > 0) {
    throw new Fault(
      'entry',
      `none of the group's ${named} members is to be seen: do they lie below accounts.base, and may bind.dn read them?`,
    );
  }
  for (const person of people) {
    const account = accountOf(person, accounts);
    found.accounts.set(account.id, account);
  }
  const fresh = groups.filter(({ dn }) => !found.seen.has(dn.toLowerCase()));
  for (const { dn } of fresh) found.seen.add(dn.toLowerCase());
  return fresh;
}

/** What a level's groups say of their members. */
interface Names {
  /** The groups' own names. */
  readonly groups: readonly string[];
  readonly dns: readonly string[];
  readonly uids: readonly string[];
  readonly addresses: readonly string[];
}

async function readNames(
  level: readonly LdapEntry[],
  branch: GroupBranch,
  search: Search,
): Promise<Names> {
  const groups = level.map(({ dn }) => dn);
  const textsIn = (attributes: readonly string[]): readonly string[] =>
    level.flatMap((group) => attributes.flatMap((attribute) => textsOf(group, attribute)));
  const uids = textsIn(branch.memberUids);
  const addresses = textsIn(branch.memberAddresses);
  if (branch.membersBy === 'memberOf') return { groups, dns: [], uids, addresses };
  const read = branch.memberDns.flatMap((attribute) =>
    level.map((group) => readRest(group, attribute, branch.members, search)),
  );
  const dns = new Set((await Promise.all(read)).flat().map(withoutUid));
  // Some sites give an empty group the empty name, which is the server's root.
  dns.delete('');
  return { groups, dns: [...dns], uids, addresses };
}

/** uniqueMember's values may end in a bit string (RFC 4517, 3.3.21). */
const withoutUid = (value: string): string => value.replace(/#'[01]*'B$/, '');

/** Finds those members that lie in a branch. */
async function searchMembers(
  branch: Branch,
  { groups, dns, uids }: Names,
  { membersBy }: GroupBranch,
  search: Search,
): Promise<readonly LdapEntry[]> {
  const byName = membersBy === 'memberOf' ? equals('memberOf', groups) : equals(membersBy, dns);
  const byUid = equals('uid', uids);
  const batches =
    membersBy === 'read'
      ? [readEach(branch, dns, search), ...searchBatches(branch, byUid, search)]
      : searchBatches(branch, [...byName, ...byUid], search);
  return (await Promise.all(batches)).flat();
}

const equals = (attribute: string, values: readonly string[]): readonly Filter[] =>
  values.map((value) => new EqualityFilter({ attribute, value }));

function searchBatches(
  branch: Branch,
  conditions: readonly Filter[],
  search: Search,
): readonly Promise<readonly LdapEntry[]>[] {
  const batches: Promise<readonly LdapEntry[]>[] = [];
  for (let i = 0; i < conditions.length; i += BATCH) {
    const request = requestAmong(branch, conditions.slice(i, i + BATCH), branch.attributes);
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
