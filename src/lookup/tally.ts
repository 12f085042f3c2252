import { EVERY_PLACE, NO_PLACE, placeOf } from './changes.ts';
import type { Outcome } from './outcome.ts';

/** Figures that one lookup is counted in. */
export interface Counted {
  found: number;
  none: number;
  remembered: number;
}

/** What memory said at once to the query that is being answered. */
export interface Tally {
  /** Until when the same is said without asking: the earliest of all its lookups; before all time where one is not known. */
  readonly goodUntil: number;
  /** Where its lookups were counted, in order. */
  readonly found: readonly Counted[];
  readonly none: readonly Counted[];
  /** Where changes of what was looked up are counted (`countChangesAt`). */
  readonly place: number;
}

/**
 * One tally for the process: a query that is answered at once is answered in one go, so that nothing comes between
 * `beginTally` and `readTally`. An answer that has to be waited for has none.
 */
let goodUntil = Number.POSITIVE_INFINITY;
let found: Counted[] = [];
let none: Counted[] = [];
let asked: string | undefined;
let areSeveral = false;

/** Forgets what was noted of the query before. */
export function beginTally(): void {
  goodUntil = Number.POSITIVE_INFINITY;
  asked = undefined;
  areSeveral = false;
  // New lists only where the last ones were used: whoever read them may keep them.
  if (found.length > 0) found = [];
  if (none.length > 0) none = [];
}

/** How many lookups of this process had to ask: where a directory answers at once, what is said at once need not be remembered. */
let askings = 0;

export const noteAsking = (): void => {
  askings += 1;
};

export const countAskings = (): number => askings;

/** Notes a lookup that was answered at once. All lookups go through here (`withObservation`), so none is left out. */
export function noteLookup(key: string, outcome: Outcome<unknown>, counted: Counted): void {
  if (asked === undefined) asked = key;
  else if (asked !== key) areSeveral = true;
  const until = outcome.status === 'unknown' ? undefined : outcome.goodUntil;
  goodUntil = until === undefined ? Number.NEGATIVE_INFINITY : Math.min(goodUntil, until);
  (outcome.status === 'found' ? found : none).push(counted);
}

/** Notes that others decide it besides whoever was looked up: a group's members. */
export function noteOthers(): void {
  areSeveral = true;
}

/** What was noted since `beginTally`; the lists are the caller's to keep. */
export const readTally = (): Tally => ({ goodUntil, found, none, place: placeOfAll() });

function placeOfAll(): number {
  if (areSeveral) return EVERY_PLACE;
  return asked === undefined ? NO_PLACE : placeOf(asked);
}
