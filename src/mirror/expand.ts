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
  const gathered: Gathered = {
    members: new Set(group.members),
    logins: new Set(group.logins),
    seen: new Set([group.id]),
  };
  let level: readonly Listed[] = [group];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth)
      throw tooLarge(`it nests groups more than ${limits.depth} deep, the limit groups.depth`);
    const inner: Listed[] = [];
    for (const name of level.flatMap(({ memberNames = [] }) => memberNames)) {
      const found = named(name);
      if (found.some(showsNobody)) return undefined;
      if (found.length > 0) inner.push(...found.flatMap((member) => add(member, gathered)));
      else if (name.startsWith(ADDRESS)) gathered.members.add(name.slice(ADDRESS.length));
      else return undefined;
      if (gathered.members.size > limits.members)
        throw tooLarge(`it has more than ${limits.members} members, the limit groups.members`);
    }
    level = inner;
  }
  const { members, logins } = gathered;
  if (members.size === 0) return undefined;
  return { ...plain(group), members: [...members], logins: [...logins] };
}

interface Gathered {
  readonly members: Set<string>;
  readonly logins: Set<string>;
  /** Groups that were met: a circle ends here. */
  readonly seen: Set<string>;
}

/** Whether it is a group that shows no member: a right to see them that was lost looks the same. */
const showsNobody = ({ kind, enabled, members, memberNames = [] }: Listed): boolean =>
  kind === 'group' && enabled && members.length + memberNames.length === 0;

/** Adds a member; gives the group that it is, where that is new. */
function add(member: Listed, { members, logins, seen }: Gathered): readonly Listed[] {
  if (!member.enabled) return [];
  if (member.kind === 'account') {
    // One without an address gets no mail of its own either.
    if (member.address === '') return [];
    members.add(mailAddress(member));
    for (const login of member.logins) logins.add(login);
    return [];
  }
  if (seen.has(member.id)) return [];
  seen.add(member.id);
  for (const address of member.members) members.add(address);
  return [member];
}

const tooLarge = (why: string): Fault => new Fault('entry', `the group is too large: ${why}`);
