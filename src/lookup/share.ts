import type { Clock } from '../clock.ts';
import { andThen } from '../directory/maybe.ts';
import type { Rank } from './limit.ts';
import type { Tenure } from './memory.ts';
import {
  type Absent,
  type Flight,
  type Found,
  type Outcome,
  type Policy,
  unknown,
} from './outcome.ts';

/** What another daemon of the fleet, or this one, was told last of a key, with its age. */
export type Shelved<T> = (Found<T> | Absent) & {
  /** On the daemon's clock. */
  readonly askedAt: number;
  readonly by: string;
  /** It was made stale since: it may stand in for a directory that fails, and nothing more. */
  readonly isOld?: true;
};

/** Since when a question was under way; absent: it can't be told, and its answer is not shared. */
export type Mark =
  | {
      /** By the fleet's time. */
      readonly at: number;
      /** The fleet's time runs forwards within an era only: instants of two can't be compared. */
      readonly era: string;
    }
  | undefined;

/** Whose turn it is to ask the directory. `over`: nobody's, the fleet asks as much as it may. */
export type Claim = 'ours' | 'another' | 'over';

/**
 * What the daemons of a fleet know together of one directory or table. Nothing here rejects, and nothing waits longer
 * than the fleet's own short time: what it does not answer by then is asked for as if there were none.
 */
export interface Shelf<T> {
  /** Whether it is worth asking: the engine answers, and the news were read. */
  readonly isOpen: () => boolean;
  /** Taken before a question is asked: what is invalidated after it makes its answer old. */
  mark(): Mark;
  /** Absent: nothing is there, or nothing that can be believed. */
  read(key: string): Promise<Shelved<T> | undefined>;
  /** Takes the turn to ask for `key`. */
  claim(key: string, rank: Rank): Promise<Claim>;
  /** Lays down what a question brought that began at `mark`; gives the turn back, whatever it brought. */
  write(key: string, outcome: Outcome<T>, mark: Mark): void;
  /** Somebody waited for another daemon's answer. */
  waited(end: 'answered' | 'asked'): void;
}

/** What is known here. Times are milliseconds. */
export interface ShareOptions<T> {
  readonly name: string;
  readonly tenure: Tenure<T>;
  /** When somebody was found there, in memory or in a mirror, however long ago. */
  readonly foundAt: (key: string) => number | undefined;
  readonly clock: Clock;
  readonly freshMs: number;
  readonly freshNoneMs: number;
  /** An open circuit takes nobody's turn. */
  readonly isOpen: () => boolean;
  /** How long another's answer is waited for while somebody waits here. */
  readonly waitMs: number;
  /** The most, where nobody does. */
  readonly timeoutMs: number;
}

/** How often it is looked whether another's answer has come. */
const LOOK_MS = 15;

const nextLook = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

/** Two readings of the fleet's clock differ by less: what is newer by no more is the same answer. */
const SAME_MS = 250;

/** So many waits in a row that brought nothing, and none is made for a while: whoever holds the turns does not answer. */
const MOST_VAIN = 3;
const VAIN_MS = 5000;

/**
 * Answers with what the fleet was told, where that is fresh, else asks in turn, so that a thousand daemons ask what one
 * would. Whoever gets no answer from another in time asks on its own: one that is sick holds up nobody for long.
 */
export const withShare =
  <T>(shelf: Shelf<T>, options: ShareOptions<T>): Policy<Flight<T>> =>
  (next) => {
    const { name, tenure, clock } = options;
    const waits = createPatience(clock);

    /** What is said by what lies there; absent: it has to be asked for. An older *found* is remembered, for an outage. */
    const judge = (key: string, lying: Shelved<T>): Outcome<T> | undefined => {
      const ageMs = clock.now() - lying.askedAt;
      if (lying.status === 'none') {
        // Whom we know we ask for ourselves, and twice: one daemon that lost its view must not convince the others.
        const isBelieved = ageMs < options.freshNoneMs && options.foundAt(key) === undefined;
        return isBelieved ? lying : undefined;
      }
      const denied = tenure.denied(key);
      if (denied !== undefined && denied.askedAt >= lying.askedAt) return undefined;
      if (ageMs < options.freshMs && lying.isOld === undefined)
        return isRefresh(key, lying.askedAt) ? undefined : lying;
      tenure.remind(key, lying.value, lying.askedAt);
      return undefined;
    };

    /** A refresh wants a newer answer than the one that it refreshes. */
    const isRefresh = (key: string, askedAt: number): boolean => {
      const known = tenure.known(key);
      return (
        known !== undefined &&
        tenure.fresh(key, clock.now())?.status === 'found' &&
        askedAt <= known.askedAt + SAME_MS
      );
    };

    const look = async (key: string): Promise<Outcome<T> | undefined> => {
      const lying = await shelf.read(key);
      return lying && judge(key, lying);
    };

    /** Nobody waits here while memory answers. */
    const isHurried = (key: string): boolean => tenure.fresh(key, clock.now()) === undefined;

    const awaitAnother = async (
      key: string,
      signal: AbortSignal,
    ): Promise<Outcome<T> | undefined> => {
      const end = clock.now() + options.timeoutMs;
      let hurriedUntil: number | undefined;
      while (shelf.isOpen() && !signal.aborted && clock.now() < end) {
        if (isHurried(key)) {
          if (waits.isOver()) break;
          hurriedUntil ??= clock.now() + options.waitMs;
          if (clock.now() >= hurriedUntil) break;
        }
        await nextLook();
        const answer = await look(key);
        if (answer !== undefined) {
          waits.note('answered');
          shelf.waited('answered');
          return answer;
        }
      }
      if (hurriedUntil !== undefined) waits.note('asked');
      shelf.waited('asked');
      return undefined;
    };

    /** Whoever has waited in vain may have no time left for an answer of their own: another's counts that comes before it. */
    const orAnother = (key: string, asking: Promise<Outcome<T>>): Promise<Outcome<T>> => {
      const answered = new AbortController();
      const own = asking.finally(() => answered.abort());
      const watch = async (): Promise<Outcome<T>> => {
        while (!answered.signal.aborted && shelf.isOpen()) {
          await nextLook();
          const answer = await look(key);
          if (answer === undefined) continue;
          waits.note('answered');
          return answer;
        }
        return own;
      };
      return Promise.race([own, watch()]);
    };

    const askInTurn = async (key: string, signal: AbortSignal): Promise<Outcome<T>> => {
      const lying = await look(key);
      if (lying !== undefined) return lying;
      if (options.isOpen()) return next(key, signal);
      const rank = options.foundAt(key) === undefined ? 'stranger' : 'known';
      const claim = await shelf.claim(key, rank);
      if (claim === 'over')
        return unknown('overload', name, 'the fleet asks the directory as much as it may');
      if (claim === 'another') {
        const answer = await awaitAnother(key, signal);
        if (answer !== undefined) return answer;
      }
      const mark = shelf.mark();
      const asking = andThen(next(key, signal), (outcome) => {
        shelf.write(key, outcome, mark);
        return outcome;
      });
      return claim === 'another' && asking instanceof Promise ? orAnother(key, asking) : asking;
    };

    return (key, signal) => (shelf.isOpen() ? askInTurn(key, signal) : next(key, signal));
  };

/** Whether waiting for others is worth it: turns that somebody holds for nothing, or has forged, must not slow us for good. */
function createPatience(clock: Clock) {
  let vain = 0;
  let overUntil = Number.NEGATIVE_INFINITY;
  return {
    isOver: (): boolean => clock.now() < overUntil,
    note: (end: 'answered' | 'asked'): void => {
      vain = end === 'answered' ? 0 : vain + 1;
      if (vain < MOST_VAIN) return;
      vain = 0;
      overUntil = clock.now() + VAIN_MS;
    },
  };
}
