import { type Clock, preciseClock, wallClock } from '../clock.ts';
import { SPREAD, spread } from './spread.ts';

/** Several daemons began together: a listing that is due then waits up to so long. */
const MOST_START_MS = 30_000;

/**
 * How long a listing waits that is due when a daemon starts, by chance: a server is not to be listed by all of them at once. A
 * first one does not, for a mirror without one helps nobody.
 */
export const startSpread = (everyMs: number): number =>
  Math.random() * Math.min(MOST_START_MS, SPREAD * everyMs);

/** When everybody is to be listed again. */
export interface Due {
  /** How long until then, where they were listed at `listedAt`, by the calendar; 0 or less: now. */
  readonly leftMs: (listedAt: number) => number;
}

/** Creates it for a feed that begins now and lists about every so many milliseconds. */
export function createDue(
  everyMs: number,
  calendar: Clock = wallClock,
  clock: Clock = preciseClock,
): Due {
  const ownMs = everyMs * spread();
  const notBefore = clock.now() + startSpread(everyMs);
  return {
    leftMs: (listedAt) => {
      const leftMs = listedAt + ownMs - calendar.now();
      // A calendar that was set back says nothing about when that was.
      const dueMs = leftMs > ownMs ? 0 : leftMs;
      return Math.max(dueMs, notBefore - clock.now());
    },
  };
}
