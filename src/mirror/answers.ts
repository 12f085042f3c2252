import type { MirrorSettings } from '../config/settings/mirror.ts';
import { type Entry, Fault, type Listed } from '../directory/directory.ts';
import { none } from '../directory/finding.ts';
import type { GroupLimits } from '../directory/people/expand.ts';
import { type HoldingRules, holders } from '../directory/people/owners.ts';
import { expand, plain } from './expand.ts';
import { createRecent } from './recent.ts';
import type { Said, SaidAbsent, SaidDoubt, SaidFound } from './said.ts';
import type { Standing } from './store/orders.ts';
import { DamagedError } from './store/rows.ts';
import type { Look, Store } from './store/store.ts';

/** A mirror that has seen everybody once, as it stands. */
export interface Whole {
  readonly store: Store;
  readonly standing: Standing;
  /** Since when all is known that it says, on the mirror's time. */
  readonly syncedAt: number;
  /** Until when its feed promised to speak again, and that time again: on the daemon's clock. */
  readonly inStepUntil: number;
}

export interface AnswerOptions {
  readonly settings: Pick<MirrorSettings, 'whenAbsent' | 'acceptFor' | 'denyFor'>;
  readonly rules: HoldingRules;
  readonly limits: GroupLimits;
  /** Absent: nothing was ever listed whole, or can't be read. */
  readonly whole: () => Whole | undefined;
  /** The mirror's time at an instant of the daemon's clock. */
  readonly timeAt: (instant: number) => number;
  /** Whether it can be told how long ago a time of the mirror's was. */
  readonly knows: (time: number) => boolean;
}

export interface Answers {
  /** What was said of late, and counts still at an instant of the daemon's clock. */
  readonly recall: (address: string, at: number) => SaidFound | SaidAbsent | undefined;
  /** At an instant of the daemon's clock. No promise, no write. Throws a `DamagedError` where the file is. */
  say(address: string, at: number): Said;
  /** When whoever holds it was known to, on the mirror's time; absent: nobody does. */
  knownAt(address: string): number | undefined;
  /** What was said of these counts no more; absent: of anybody. */
  readonly forget: (addresses?: readonly string[]) => void;
}

/** So many recent answers stand in front of the file; an address with a long list of members is as many. */
const RECENT = 32_768;
const LONG = 50;
const LONG_WEIGHT = 128;

const NOTHING: Said = { is: 'nothing' };
const LOST: Said = { is: 'lost' };
const ELSEWHERE: Said = { is: 'lost', isAsked: 'elsewhere' };
const EMPTIED: Said = { is: 'lost', isAsked: 'members' };
const UNKNOWN: SaidAbsent = { is: 'absent', mayDenyUnreached: false };

/** Makes answers of what a mirror's file says and how it stands: the table of states in docs/trust.md, row by row. */
export function createAnswers(options: AnswerOptions): Answers {
  const { settings, rules, limits, timeAt } = options;
  const found = createRecent<SaidFound>(RECENT, ({ value }) =>
    value.some(({ members }) => members.length > LONG) ? LONG_WEIGHT : 1,
  );
  /** Apart: a flood of strangers must not drive out who is known. */
  const absent = createRecent<SaidAbsent>(RECENT);
  /** How often anybody has changed. */
  let changes = 0;

  /** Absent: the directory has to be asked, for groups whose members are not all here. */
  const resolve = (entries: readonly Listed[], store: Store): readonly Entry[] | undefined => {
    const resolved: Entry[] = [];
    for (const entry of entries) {
      const whole = entry.kind === 'group' ? expand(entry, store.named, limits) : plain(entry);
      if (whole === undefined) return undefined;
      resolved.push(whole);
    }
    return resolved;
  };

  /** Who of these holds an address; throws a `Fault` where that is in doubt, a `RivalFault` where two do. */
  const hold = (
    entries: readonly Listed[],
    address: string,
    store: Store,
  ): readonly Entry[] | undefined => {
    const doubt = entries.find((entry) => entry.doubt !== undefined)?.doubt;
    if (doubt !== undefined) throw new Fault('entry', doubt);
    const holding = new Set(asRivals(() => holders(entries, address, rules)));
    if (holding.size === 0)
      throw new DamagedError('an entry does not have the address that it stands under');
    return resolve(
      entries.filter((entry) => holding.has(entry)),
      store,
    );
  };

  const sayHeld = (
    address: string,
    { lost }: Look,
    { store, standing }: Whole,
    time: number,
  ): Said => {
    // Whoever is held is never denied, only accepted for so long.
    if (lost.every(({ knownAt }) => time > knownAt + settings.acceptFor)) return LOST;
    const value = attempt(() =>
      hold(
        lost.map(({ entry }) => entry),
        address,
        store,
      ),
    );
    if (value === undefined || 'is' in value) return LOST;
    return { is: 'stale', value, held: `${standing.lost} people vanished at once, and are held` };
  };

  const sayLost = (
    address: string,
    look: Look,
    whole: Whole,
    { time, isInStep, isOld }: { time: number; isInStep: boolean; isOld: boolean },
  ): Said => {
    const isElsewhere = look.lost.some((lost) => lost.isElsewhere);
    if (whole.standing.isHeld && !isElsewhere) return sayHeld(address, look, whole, time);
    if (isInStep) return isElsewhere ? ELSEWHERE : LOST;
    // Somebody may be deferred for it, nobody is denied.
    return isOld ? NOTHING : UNKNOWN;
  };

  const isShort = (ageMs: number): boolean => settings.denyFor > 0 && ageMs <= settings.denyFor;

  const sayAbsent = (address: string, whole: Whole, at: number, ageMs: number): Said => {
    const { standing, inStepUntil } = whole;
    if (standing.isHeld) return ageMs > settings.acceptFor && at >= inStepUntil ? NOTHING : UNKNOWN;
    if (!isProved(standing)) return UNKNOWN;
    const mayDenyUnreached = isShort(ageMs) && options.knows(whole.syncedAt);
    const isTold = at < inStepUntil && standing.progress?.tellsNew === true;
    if (settings.whenAbsent !== 'deny' || !isTold) return { is: 'absent', mayDenyUnreached };
    const denied = { ...none('content', 'a mirror in step'), goodUntil: inStepUntil };
    const said: SaidAbsent = { is: 'absent', denied, mayDenyUnreached };
    absent.keep(address, said);
    return said;
  };

  const sayFound = (address: string, { entries }: Look, whole: Whole, at: number): Said => {
    const value = attempt(() => hold(entries, address, whole.store));
    const isInStep = at < whole.inStepUntil;
    // Who is removed is taken out of all groups at once by some directories: one without members is no sign of what it was.
    if (value === undefined) return whole.standing.isHeld ? EMPTIED : NOTHING;
    if ('is' in value) return isInStep ? value : NOTHING;
    if (!isInStep) return { is: 'stale', value };
    const { inStepUntil: goodUntil } = whole;
    const isGroup = value.some(({ kind }) => kind === 'group');
    const own = { is: 'found', status: 'found', value, goodUntil } as const;
    const said: SaidFound = isGroup ? { ...own, since: changes } : own;
    found.keep(address, said);
    return said;
  };

  const recall: Answers['recall'] = (address, at) => {
    const said = found.get(address);
    if (said !== undefined) return isGood(said, at) ? said : undefined;
    const stranger = absent.get(address);
    const isDenied = stranger?.denied !== undefined && at < stranger.denied.goodUntil;
    return isDenied ? stranger : undefined;
  };
  const isGood = ({ goodUntil, since }: SaidFound, at: number): boolean =>
    at < goodUntil && (since === undefined || since === changes);

  const say = (address: string, at: number): Said => {
    const whole = options.whole();
    if (whole === undefined) return NOTHING;
    const time = timeAt(at);
    const ageMs = Math.max(0, time - whole.syncedAt);
    const isInStep = at < whole.inStepUntil;
    const look = whole.store.look(address);
    const isOld = !isInStep && ageMs > settings.acceptFor;
    if (look.lost.length > 0) return sayLost(address, look, whole, { time, isInStep, isOld });
    if (isOld) return NOTHING;
    return look.entries.length === 0
      ? sayAbsent(address, whole, at, ageMs)
      : sayFound(address, look, whole, at);
  };

  return {
    recall,
    say,
    knownAt: (address) => {
      const whole = options.whole();
      if (whole === undefined || whole.store.look(address).entries.length === 0) return undefined;
      return whole.syncedAt;
    },
    forget: (addresses) => {
      changes += 1;
      for (const recent of [found, absent]) {
        if (addresses === undefined) recent.clear();
        else for (const address of addresses) recent.forget(address);
      }
    },
  };
}

/** Nobody is nobody on the word of a file that may lack them. */
const isProved = ({ isWhole, isSound, lacksSome }: Standing): boolean =>
  isWhole && isSound === true && lacksSome !== true;

/** Two have an address, of whom one may have left it: what was told of the other is newer. */
class RivalFault extends Fault {}

function asRivals<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Fault ? new RivalFault(error.kind, error.message) : error;
  }
}

/** A doubt about one address is said. */
function attempt<T>(work: () => T): T | SaidDoubt {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'entry') throw error;
    const isAsked = error instanceof RivalFault;
    return { is: 'doubt', reason: error.message, ...(isAsked && { isAsked }) };
  }
}
