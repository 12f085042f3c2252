import type { Maybe } from '../directory/directory.ts';
import { noteChange } from './changes.ts';
import type { Kept, KeptAbsent, KeptFound, KeptUnknown, Life } from './kept.ts';
import type { Outcome } from './outcome.ts';
import { absentForm, foundForm, type Packing, unknownForm } from './packed/form.ts';
import { createStore } from './store.ts';

/** How much is remembered, in entries: each kind apart, for a flood of strangers must not evict who is known. */
export interface MemorySizes {
  readonly found: number;
  readonly none: number;
  readonly unknown: number;
}

/** How many of one kind are remembered, and may be. */
export interface Filling {
  readonly size: number;
  readonly max: number;
}

/** A remembered *found* as it is written down: how old it was then, not when it was asked. */
export interface SavedFound<T> {
  readonly key: string;
  readonly ageMs: number;
  readonly value: readonly T[];
}

/**
 * Says whether what is remembered under `key`, said at `askedAt`, is to be forgotten; `value` is absent for *none* and
 * *unknown*.
 */
export type IsConcerned<T> = (key: string, value?: readonly T[], askedAt?: number) => boolean;

/** What one directory said, by asked key. It outlives the directory's adapters: each has it for a tenure. */
export interface Memory<T> {
  /** Opens it to one adapter, which keeps nothing here until its tenure begins. */
  open(): Tenure<T>;
  /** Makes all of it stale, and drops what would be denied, in no time. What flights under way bring is not kept. */
  readonly expire: () => void;
  /**
   * Forgets what `isConcerned` picks, in slices between which others are served. What flights under way bring is
   * answered, not kept. Resolves to how many were forgotten.
   */
  forget(isConcerned: IsConcerned<T>): Promise<number>;
  /** Forgets what failed: it is worth asking again. */
  readonly forgetFaults: () => void;
  /** Lets it hold so many, the most recent of those that it holds. */
  resize(sizes: MemorySizes): void;
  sizes(): Readonly<Record<keyof MemorySizes, Filling>> & { readonly flights: number };
  /** Who is known, the most recent first, so many at most. */
  readonly keys: (most?: number) => readonly string[];
  /** Lists who is known, the least recent first, so that restoring in order keeps the order. Others may use it meanwhile. */
  list(now: number): Generator<SavedFound<T>>;
  /**
   * Remembers what was saved `elapsedMs` ago. It keeps its age, answers only where the directory does not, and never
   * takes the place of what is known by now.
   */
  restore(saved: SavedFound<T>, elapsedMs: number, now: number): void;
}

/**
 * One adapter's time with the memory: from `begin` until another's begins. Before and after it a question is answered,
 * and what comes of it is neither kept nor shared, however late a search of the former routes asks.
 */
export interface Tenure<T> {
  /** Ends the one that had the memory until now, whose word is stale from here on. */
  begin(): void;
  /** What counts at the instant `at`; absent: it has to be asked for. */
  fresh(key: string, at: number): KeptFound<T> | KeptAbsent | KeptUnknown | undefined;
  /** Whether the last question for it failed, so lately that it is not asked again. */
  hasFailed(key: string, at: number): boolean;
  /** Who was found not longer than `staleMs` ago, fresh or not. */
  recall(key: string, at: number, staleMs: number): KeptFound<T> | undefined;
  /** Who was found, however long ago; looking is no use of it. */
  known(key: string): KeptFound<T> | undefined;
  /** Who was nobody, however long ago. */
  denied(key: string): KeptAbsent | undefined;
  /** Remembers whom somebody else was shown at `askedAt`, to stand in for a directory that fails; newer words stay. */
  remind(key: string, value: readonly T[], askedAt: number): void;
  /** The question that is under way for it. */
  underWay(key: string): Promise<Outcome<T>> | undefined;
  /** Lets the one question for `key` depart, and keeps what it brings for the life that `lifeOf` gives it, if any. */
  depart(
    key: string,
    flight: (key: string) => Maybe<Outcome<T>>,
    lifeOf: (outcome: Outcome<T>) => Life | undefined,
  ): Maybe<Outcome<T>>;
}

/** Keys that are looked at between others' turns. */
const SLICE = 5000;

/** Creates a memory that holds nothing yet. What was found lies there as `packing` packs it; absent: as it is. */
export function createMemory<T>(sizes: MemorySizes, packing?: Packing<T>): Memory<T> {
  const found = createStore(sizes.found, foundForm(packing));
  const none = createStore(sizes.none, absentForm);
  const unknown = createStore(sizes.unknown, unknownForm);
  /** Questions under way. What one brings is kept only while it stands here, or began while these were the ones. */
  let flights = new Map<string, Promise<Outcome<T>>>();
  /** A *found* of an earlier one is stale, a *none* is nothing. Faults have epochs of their own, which end sooner. */
  let epoch = 0;
  let faultEpoch = 0;
  let reigning: Tenure<T> | undefined;

  const forgetFaults = (): void => {
    noteChange();
    faultEpoch += 1;
    unknown.sweep(faultEpoch);
  };

  const expire = (): void => {
    epoch += 1;
    noteChange();
    flights = new Map();
    none.sweep(epoch);
    forgetFaults();
  };

  const keep = (key: string, outcome: Outcome<T>, life: Life): void => {
    if (outcome.status === 'unknown') {
      unknown.set(key, { ...outcome, ...life, epoch: faultEpoch });
      return;
    }
    unknown.delete(key);
    if (outcome.status === 'none') {
      none.set(key, { status: 'none', proof: outcome.proof, ...life, epoch });
      found.delete(key);
      return;
    }
    // A copy is as long as it must be, and nobody else's: what `filter` made has room for 17, kept for a day.
    const value = outcome.value.slice();
    const { askedAt, goodUntil, freshUntil } = life;
    found.set(key, { status: 'found', value, askedAt, goodUntil, freshUntil, epoch });
    none.delete(key);
  };

  const open = (): Tenure<T> => {
    const tenure: Tenure<T> = {
      begin: () => {
        reigning = tenure;
        expire();
      },
      fresh: (key, at) => {
        const known = found.get(key);
        // Written out: the hottest line, and of one shape here.
        if (known !== undefined && at < known.freshUntil && known.epoch === epoch) return known;
        const failed = unknown.get(key);
        if (counts(failed, at, faultEpoch)) return failed;
        const absent = none.get(key);
        return counts(absent, at, epoch) ? absent : undefined;
      },
      hasFailed: (key, at) => counts(unknown.get(key), at, faultEpoch),
      recall: (key, at, staleMs) => {
        const known = found.get(key);
        return known !== undefined && at < known.askedAt + staleMs ? known : undefined;
      },
      known: (key) => found.peek(key),
      denied: (key) => none.peek(key),
      remind: (key, value, askedAt) => {
        const absent = none.peek(key);
        const saidAt = Math.max(
          found.peek(key)?.askedAt ?? Number.NEGATIVE_INFINITY,
          absent?.askedAt ?? Number.NEGATIVE_INFINITY,
        );
        if (reigning !== tenure || askedAt <= saidAt) return;
        found.set(key, {
          status: 'found',
          value,
          askedAt,
          goodUntil: 0,
          freshUntil: askedAt,
          epoch,
        });
      },
      underWay: (key) => (reigning === tenure ? flights.get(key) : undefined),
      depart: (key, flight, lifeOf) => {
        if (reigning !== tenure) return flight(key);
        const learn = (outcome: Outcome<T>): 'kept' | 'dropped' => {
          const life = lifeOf(outcome);
          if (life === undefined) return 'dropped';
          keep(key, outcome, life);
          return 'kept';
        };
        const before = flights;
        const flown = flight(key);
        if (flights !== before) return flown;
        // What memory does not say to whoever asks next is theirs, too.
        if (!(flown instanceof Promise) && learn(flown) === 'kept') return flown;
        const own: Promise<Outcome<T>> = Promise.resolve(flown).then((outcome) => {
          if (flights.get(key) === own && flights.delete(key)) learn(outcome);
          return outcome;
        });
        flights.set(key, own);
        return own;
      },
    };
    return tenure;
  };

  return {
    open,
    expire,
    forget: async (isConcerned) => {
      flights = new Map();
      noteChange();
      let count = 0;
      for (const store of [found, none, unknown]) {
        let looked = 0;
        for (const [key, kept] of store.entries()) {
          if (isConcerned(key, valueOf(kept), kept.askedAt) && store.delete(key)) count += 1;
          looked += 1;
          if (looked % SLICE === 0) await new Promise(setImmediate);
        }
      }
      // Again: what was not yet forgotten may have been answered in between.
      noteChange();
      return count;
    },
    forgetFaults,
    resize: (next) => {
      found.resize(next.found);
      none.resize(next.none);
      unknown.resize(next.unknown);
    },
    sizes: () => ({
      found: { size: found.size, max: found.max },
      none: { size: none.size, max: none.max },
      unknown: { size: unknown.size, max: unknown.max },
      flights: flights.size,
    }),
    keys: found.keys,
    *list(now) {
      for (const [key, { askedAt, value }] of found.entries())
        yield { key, ageMs: now - askedAt, value };
    },
    restore: ({ key, ageMs, value }, elapsedMs, now) => {
      if (found.peek(key) !== undefined || none.peek(key)?.epoch === epoch) return;
      const askedAt = now - ageMs - elapsedMs;
      found.set(key, { status: 'found', value, askedAt, goodUntil: 0, freshUntil: askedAt, epoch });
    },
  };
}

const counts = <K extends Kept>(kept: K | undefined, at: number, epoch: number): kept is K =>
  kept !== undefined && at < kept.freshUntil && kept.epoch === epoch;

const valueOf = <T>(kept: KeptFound<T> | KeptAbsent | KeptUnknown): readonly T[] | undefined =>
  kept.status === 'found' ? kept.value : undefined;
