import type { Cause } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import { createDurations, type Durations, readMs } from './durations.ts';
import type { Context, Flight, Lookup, Outcome, Policy } from './outcome.ts';
import { countAskings, noteLookup } from './tally.ts';

/** What happened at one directory since the start: plain numbers, read when somebody asks for them. */
export interface LookupFigures {
  /** Lookups by what the caller got. `stale` ones are not in `found`. */
  found: number;
  none: number;
  stale: number;
  unknown: number;
  /** Lookups that memory answered at once. */
  remembered: number;
  /** Callers that joined a flight under way. */
  joined: number;
  /** Why callers got *unknown*, or a stale answer. */
  readonly causes: Record<Cause, number>;
  /** Questions that reached the directory's door (flights), prefetches among them. */
  asked: number;
  /** What the directory said to them. Those that are missing here are still with it. */
  readonly answered: Record<Outcome<unknown>['status'], number>;
  /** How long it took for that. */
  readonly durations: Durations;
  /** When it last answered, and last failed to, as `readMs` tells time; 0: not yet. */
  answeredAt: number;
  failedAt: number;
  prefetched: number;
  /** Known addresses that turned into *none* and were asked for once more. */
  askedAnew: number;
  /** Known addresses whose *none* was not believed: they were too many, or the second answer was another or none at all. */
  disbelieved: number;
  /** Flights that a bug of ours ended. */
  bugs: number;
}

/** Up to a question's default `timeout`, and beyond. Milliseconds. */
export const QUESTION_BOUNDS_MS: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 150, 200, 300, 500, 1000, 2500,
];

export const createFigures = (): LookupFigures => ({
  found: 0,
  none: 0,
  stale: 0,
  unknown: 0,
  remembered: 0,
  joined: 0,
  causes: {
    deadline: 0,
    overload: 0,
    'breaker-open': 0,
    timeout: 0,
    directory: 0,
    unproved: 0,
    doubt: 0,
    entry: 0,
    starting: 0,
    shutdown: 0,
    bug: 0,
  },
  asked: 0,
  answered: { found: 0, none: 0, unknown: 0 },
  durations: createDurations(QUESTION_BOUNDS_MS),
  answeredAt: 0,
  failedAt: 0,
  prefetched: 0,
  askedAnew: 0,
  disbelieved: 0,
  bugs: 0,
});

/** Counts what callers get, and tells `explain`. */
export const withObservation =
  <T>(figures: LookupFigures, name: string): Policy<Lookup<T>> =>
  (next) => {
    const note = (key: string, context: Context, outcome: Outcome<T>): Outcome<T> => {
      count(figures, outcome);
      context.tell?.({ step: 'outcome', directory: name, key, outcome });
      return outcome;
    };
    return (key, context) => {
      const askings = countAskings();
      const outcome = next(key, context);
      if (!(outcome instanceof Promise)) {
        if (countAskings() === askings) figures.remembered += 1;
        noteLookup(key, outcome, figures);
      }
      return andThen(outcome, (said) => note(key, context, said));
    };
  };

function count(figures: LookupFigures, outcome: Outcome<unknown>): void {
  if (outcome.status === 'found') {
    if (outcome.stale === undefined) figures.found += 1;
    else {
      figures.stale += 1;
      figures.causes[outcome.stale.cause] += 1;
    }
  } else if (outcome.status === 'none') figures.none += 1;
  else {
    figures.unknown += 1;
    figures.causes[outcome.cause] += 1;
  }
}

/** What a directory says that is well. */
const DOUBTS = new Set<Cause>(['entry', 'doubt']);

/** Counts and times the questions that are put to the directory itself. */
export const withQuestionCount =
  <T>(figures: LookupFigures): Policy<Flight<T>> =>
  (next) =>
  (key, signal) => {
    figures.asked += 1;
    const begunAt = readMs();
    return andThen(next(key, signal), (outcome) => {
      const now = readMs();
      figures.answered[outcome.status] += 1;
      figures.durations.record(now - begunAt);
      if (outcome.status !== 'unknown' || DOUBTS.has(outcome.cause)) figures.answeredAt = now;
      else if (outcome.cause !== 'shutdown') figures.failedAt = now;
      return outcome;
    });
  };
