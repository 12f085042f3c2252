import { Fault } from '../../directory.ts';

/** A member who gets no mail of the group's, and why. */
export interface Lost {
  /** The name or login that the group has. */
  readonly name: string;
  readonly why: Loss;
}

/**
 * Why: `gone` there is no such entry, or it may not be known; `hidden` it is there and may not be read; `elsewhere` another
 * server holds it; `no address`; `left out` by `accounts.filter`, on purpose.
 */
export type Loss = 'gone' | 'hidden' | 'elsewhere' | 'no address' | 'left out';

/** What becomes of a group with such members. */
export type LostPolicy = 'leaveOut' | 'deferUnreadable' | 'defer';

const MEANINGS: Readonly<Record<Loss, string>> = {
  gone: 'is not there, or bind.dn may not know of it',
  hidden: 'is there, but bind.dn may not read it',
  elsewhere: 'is held by another server: for Active Directory ask the global catalog, port 3269',
  'no address': 'has no address',
  'left out': 'is left out by accounts.filter',
};

/** Tells of one. */
export const describeLost = ({ name, why }: Lost): string => `${name} ${MEANINGS[why]}`;

const DEFERRED: Readonly<Record<LostPolicy, ReadonlySet<Loss>>> = {
  leaveOut: new Set(),
  deferUnreadable: new Set(['hidden', 'elsewhere']),
  defer: new Set(['hidden', 'elsewhere', 'gone', 'no address']),
};

/**
 * Lets a list without these count, or not.
 * @throws {Fault} `entry`
 */
export function judgeLost(group: string, lost: readonly Lost[], policy: LostPolicy): void {
  const worst = lost.find(({ why }) => DEFERRED[policy].has(why));
  if (worst === undefined) return;
  throw new Fault(
    'entry',
    `a member of ${group} would get no mail: ${describeLost(worst)}; give the right to read it, take it out of the group, or set groups.unreadableMembers: leaveOut`,
  );
}

/** Keeps count of groups that have such members, and tells of each once. */
export interface LostLedger {
  readonly note: (group: string, lost: readonly Lost[]) => void;
}

/** So many groups are remembered. */
const MOST = 2000;

/**
 * Creates the ledger of one directory.
 * @param count is told how many members of the groups that were asked for get no mail
 */
export function createLostLedger(
  tell: (group: string, lost: readonly string[]) => void,
  count: (members: number) => void,
): LostLedger {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  return {
    note(group, lost) {
      const unintended = lost.filter(({ why }) => why !== 'left out');
      const words = unintended.map(describeLost);
      const before = known.get(group) ?? '';
      const now = words.toSorted().join('\n');
      if (now === before) return;
      if (known.size >= MOST && !known.has(group)) return;
      known.set(group, now);
      counts.set(group, unintended.length);
      count([...counts.values()].reduce((sum, each) => sum + each, 0));
      if (words.length > 0) tell(group, words.slice(0, MOST_TOLD));
    },
  };
}

/** So many of one group's are told of. */
export const MOST_TOLD = 5;
