import { type Entry, Fault, type Listed } from '../directory/directory.ts';
import type { GroupLimits } from '../directory/people/expand.ts';
import { mailAddress } from '../directory/people/spelling.ts';

/** A group's name for whoever may be no entry: then the address behind it is a member as it stands. */
const ADDRESS = 'mailto:';

/** An entry as it answers questions: without what listings have beside. */
export function plain({
  names: _names,
  memberNames: _memberNames,
  doubt: _doubt,
  ...entry
}: Listed): Entry {
  return entry;
}

/**
 * Looks up a group's members, and those of groups within it; disabled ones are left out. Absent: the directory has to be
 * asked, for a member is not in the mirror, or there are none: never a shortened list.
 * @param named whom groups call so
 * @throws {Fault} `entry` beyond the limits
 */
export function expand(
  group: Listed,
  named: (name: string) => readonly Listed[],
  limits: GroupLimits,
): Entry | undefined {
  if (!group.enabled) return plain(group);
  const members = new Set(group.members);
  const logins = new Set(group.logins);
  const seen = new Set([group.id]);
  let level: readonly Listed[] = [group];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth)
      throw tooLarge(`it nests groups more than ${limits.depth} deep, the limit groups.depth`);
    const inner: Listed[] = [];
    for (const name of level.flatMap(({ memberNames = [] }) => memberNames)) {
      const found = named(name);
      if (found.length === 0 && !name.startsWith(ADDRESS)) return undefined;
      if (found.length === 0) members.add(name.slice(ADDRESS.length));
      for (const member of found) {
        if (!member.enabled) continue;
        if (member.kind === 'account') addAccount(member, members, logins);
        else if (!seen.has(member.id)) {
          seen.add(member.id);
          for (const address of member.members) members.add(address);
          inner.push(member);
        }
      }
      if (members.size > limits.members)
        throw tooLarge(`it has more than ${limits.members} members, the limit groups.members`);
    }
    level = inner;
  }
  if (members.size === 0) return undefined;
  return { ...plain(group), members: [...members], logins: [...logins] };
}

function addAccount(account: Listed, members: Set<string>, logins: Set<string>): void {
  // One without an address gets no mail of its own either.
  if (account.address === '') return;
  members.add(mailAddress(account));
  for (const login of account.logins) logins.add(login);
}

const tooLarge = (why: string): Fault => new Fault('entry', `the group is too large: ${why}`);
