import { type Entry, Fault } from '../directory.ts';
import { mailAddress } from './spelling.ts';

/** How large a group may become. Beyond, its address is in doubt; it is never delivered to some of its members. */
export interface GroupLimits {
  /** Levels of groups within the group that is asked for. */
  readonly depth: number;
  /** Members, with those of nested groups and without duplicates. */
  readonly members: number;
}

/**
 * Resolves a group's members: nested groups (also in a circle) become their members, an alias its account's address;
 * disabled accounts are left out, addresses that `hold` does not know stay as they are. Its logins are those of its
 * member accounts.
 * @param hold who holds an address; throws where that is in doubt
 * @throws {Fault} `entry` beyond the limits
 */
export function expandGroup(
  group: Entry,
  hold: (address: string) => readonly Entry[],
  limits: GroupLimits,
): Entry {
  const members = new Set<string>();
  const logins = new Set<string>();
  const seen = new Set([group]);
  let level = [group];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth) {
      throw new Fault(
        'entry',
        `the group nests groups more than ${limits.depth} deep, the limit groups.depth`,
      );
    }
    const nested: Entry[] = [];
    for (const address of level.flatMap((entry) => entry.members)) {
      const found = hold(address);
      if (found.length === 0) members.add(address);
      for (const entry of found) {
        if (entry.kind === 'group') nested.push(entry);
        else if (entry.enabled) addAccount(entry, members, logins);
      }
      checkCount(members, limits);
    }
    level = nested.filter((entry) => !seen.has(entry) && seen.add(entry));
  }
  return { ...group, members: [...members], logins: [...logins] };
}

function addAccount(account: Entry, members: Set<string>, logins: Set<string>) {
  members.add(mailAddress(account));
  for (const login of account.logins) logins.add(login);
}

function checkCount(members: ReadonlySet<string>, limits: GroupLimits): void {
  if (members.size <= limits.members) return;
  throw new Fault(
    'entry',
    `the group has more than ${limits.members} members, the limit groups.members`,
  );
}
