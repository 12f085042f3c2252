import { type Clock, preciseClock } from '../clock.ts';
import { SPREAD, spread } from './spread.ts';

/** When everybody is to be listed again. */
export interface Due {
  /** How long until then, where they were listed so many milliseconds ago; 0 or less: now. */
  readonly leftMs: (ageMs: number) => number;
}

/** Creates it for a feed that begins now and lists about every so many milliseconds. */
export function createDue(everyMs: number, clock: Clock = preciseClock): Due {
  const ownMs = everyMs * spread();
  const notBefore = clock.now() + startSpread(everyMs);
  return {
    leftMs: (ageMs) => {
      // An age below 0 is that of a calendar that was set back, and says nothing about when that was.
      const dueMs = ageMs < 0 ? 0 : ownMs - ageMs;
      return Math.max(dueMs, notBefore - clock.now());
    },
  };
}

/** Several daemons began together: a listing that is due then waits up to so long. */
const MOST_START_MS = 30_000;

/**
 * How long a listing waits that is due when a daemon starts, by chance: a server is not to be listed by all of them at once. A
 * first one does not, for a mirror without one helps nobody.
 */
const startSpread = (everyMs: number): number =>
  Math.random() * Math.min(MOST_START_MS, SPREAD * everyMs);
