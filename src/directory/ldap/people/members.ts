import { type Entry, Fault } from '../../directory.ts';
import { mailAddress } from '../../people/spelling.ts';
import type { LdapEntry } from '../search.ts';
import type { Proof } from '../trust/proof.ts';
import type { Schema } from '../trust/schema.ts';
import { comparable } from '../trust/self.ts';
import type { View } from '../work.ts';
import type { AccountBranch, GroupBranch } from './branch.ts';
import { accountOf } from './entry.ts';
import { judgeLost, type Lost } from './lost.ts';
import { type Names, readNames, searchMembers } from './membernames.ts';
import { namesMembers, readUnmatched } from './unmatched.ts';
import { textsOf } from './values.ts';

/** Who gets a group's mail, and who may send as it. */
export interface Members {
  readonly addresses: readonly string[];
  readonly logins: readonly string[];
  /** Members who get none, of the groups within it too. */
  readonly lost: readonly Lost[];
}

/** What members are found with. */
export interface MemberOptions {
  readonly branch: GroupBranch;
  readonly accounts: AccountBranch;
  /** What has to be shown of a group that names nobody for it to be believed. */
  readonly emptiness: (group: LdapEntry, schema: Schema) => Proof;
}

interface Gathering {
  readonly accounts: Map<string, Entry>;
  readonly addresses: Set<string>;
  readonly lost: Lost[];
  /** DNs of groups that were met; a circle ends here. */
  readonly seen: Set<string>;
}

/**
 * Finds the members of `group` and of the groups in it, level by level, with a few searches a level. Disabled accounts are
 * left out; members that neither filter finds are read as they are.
 * @throws {Fault} `entry` where there are too many, or groups lie too deep, or somebody would be left out who must not be:
 *   never a shortened list
 */
export async function findMembers(
  group: LdapEntry,
  options: MemberOptions,
  view: View,
): Promise<Members> {
  const { branch } = options;
  const found: Gathering = {
    accounts: new Map(),
    addresses: new Set(),
    lost: [],
    seen: new Set([comparable(group.dn)]),
  };
  let level: readonly LdapEntry[] = [group];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > branch.depth) throw tooLarge(`groups lie in it ${branch.depth} deep and deeper`);
    level = await gather(await believed(level, options, view), options, view, found);
    if (found.accounts.size + found.addresses.size > branch.members) {
      throw tooLarge(`it has more than ${branch.members} members`);
    }
  }
  const enabled = [...found.accounts.values()].filter((account) => account.enabled);
  const own = enabled.map(mailAddress).filter((address) => address !== '');
  const addresses = [...new Set([...own, ...found.addresses])];
  const { lost } = found;
  if (lost.length > 0) view.missed();
  const unseen = lost.filter(({ why }) => why !== 'no address' && why !== 'left out');
  if (found.accounts.size + addresses.length === 0 && unseen.length > 0) {
    throw new Fault(
      'entry',
      `none of the ${unseen.length} members of ${group.dn} is to be seen: do they lie below accounts.base, and may bind.dn read them?`,
    );
  }
  judgeLost(group.dn, lost, branch.unreadableMembers);
  return { addresses, logins: [...new Set(enabled.flatMap(({ logins }) => logins))], lost };
}

const tooLarge = (why: string): Fault =>
  new Fault(
    'entry',
    `the group is too large, ${why}: raise groups.members or groups.depth, and Postfix's virtual_alias_expansion_limit`,
  );

/**
 * The groups of a level. One that shows no member is empty only if members are shown of others before and after it is read
 * once more: a right may come and go between.
 */
async function believed(
  level: readonly LdapEntry[],
  { branch, emptiness }: MemberOptions,
  view: View,
): Promise<readonly LdapEntry[]> {
  return Promise.all(
    level.map(async (group) => {
      if (namesMembers(group, branch)) return group;
      const proof = emptiness(group, await view.schema());
      await view.prove(proof);
      const again = await view.read(group.dn, branch.attributes);
      if (typeof again === 'string') throw new Fault('entry', `${group.dn} is ${again} now`);
      if (!namesMembers(again, branch)) await view.prove(proof);
      return again;
    }),
  );
}

/** Takes one level's members; gives the groups among them that are new. */
async function gather(
  level: readonly LdapEntry[],
  { branch, accounts }: MemberOptions,
  view: View,
  found: Gathering,
): Promise<readonly LdapEntry[]> {
  const names = await readNames(level, branch, view.search);
  if (names.dns.length > branch.members) {
    throw tooLarge(`it names more than ${branch.members} members`);
  }
  for (const address of names.addresses) found.addresses.add(address);

  const [people, groups] = await Promise.all([
    searchMembers(accounts, names, branch, view.search),
    searchMembers(branch, { ...names, uids: [] }, branch, view.search),
  ]);
  const matched = new Set([...people, ...groups].map(({ dn }) => comparable(dn)));
  const others = await readUnmatched(
    names.dns.filter((dn) => !matched.has(comparable(dn))),
    branch,
    accounts,
    view,
  );
  const members = people.map((person) => accountOf(person, accounts));
  for (const account of [...members, ...others.entries]) found.accounts.set(account.id, account);
  found.lost.push(...others.lost, ...unknownLogins(names, people), ...withoutAddress(members));
  const fresh = [...groups, ...others.groups].filter(({ dn }) => !found.seen.has(comparable(dn)));
  for (const { dn } of fresh) found.seen.add(comparable(dn));
  return fresh;
}

/** Logins that a group names and nobody has. */
function unknownLogins({ uids }: Names, people: readonly LdapEntry[]): readonly Lost[] {
  const known = new Set(
    people.flatMap((person) => textsOf(person, 'uid')).map((uid) => uid.toLowerCase()),
  );
  return uids
    .filter((uid) => !known.has(uid.toLowerCase()))
    .map((name): Lost => ({ name, why: 'gone' }));
}

const withoutAddress = (members: readonly Entry[]): readonly Lost[] =>
  members
    .filter(({ address, enabled }) => enabled && address === '')
    .map(({ id }): Lost => ({ name: id, why: 'no address' }));
