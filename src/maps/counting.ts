import type { Durations } from '../lookup/durations.ts';
import type { Context } from '../lookup/outcome.ts';
import type { Counted, Tally } from '../lookup/tally.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What is counted when an answer is given again. */
export interface Countable extends Pick<Tally, 'found' | 'none'> {
  readonly figure: { OK: number; NOTFOUND: number; readonly atOnce: Durations };
  readonly status: 'OK' | 'NOTFOUND';
}

/** Ways to count answers that are given again. */
export interface Counting {
  /** Counts and times one more answer, as if all of it had been looked up. The same function for all that are counted alike. */
  of(counted: Countable): (context: Context) => void;
}

interface Way {
  readonly counted: Countable;
  readonly count: (context: Context) => void;
}

/** A map's answers are counted in few ways: it asks the few directories of a domain, a few times. */
const MOST = 256;

/**
 * Creates it. Answers share functions, for one of each answer's own had to be fetched from memory with all that it holds: that was
 * a tenth of the program's part of a lookup.
 */
export function createCounting(stopwatch: Stopwatch): Counting {
  const ways: Way[] = [];
  return {
    of: (counted) => {
      const known = ways.find((way) => isAlike(way.counted, counted));
      if (known !== undefined) return known.count;
      const way = { counted, count: createCount(counted, stopwatch) };
      if (ways.length < MOST) ways.push(way);
      return way.count;
    },
  };
}

const isAlike = (one: Countable, other: Countable): boolean =>
  one.figure === other.figure &&
  one.status === other.status &&
  isSameList(one.found, other.found) &&
  isSameList(one.none, other.none);

const isSameList = (one: readonly Counted[], other: readonly Counted[]): boolean =>
  one.length === other.length && one.every((counted, i) => counted === other[i]);

const createCount =
  ({ figure, status, found, none }: Countable, stopwatch: Stopwatch) =>
  (context: Context): void => {
    for (const lookup of found) {
      lookup.remembered += 1;
      lookup.found += 1;
    }
    for (const lookup of none) {
      lookup.remembered += 1;
      lookup.none += 1;
    }
    figure[status] += 1;
    stopwatch.repeat(context, figure.atOnce);
  };
