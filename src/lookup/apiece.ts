import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/** Told of one key again after an hour … */
const QUIET_MS = 3_600_000;

/** … of so many keys, the last ones; and of so many a minute. */
const KEYS_KEPT = 1000;
const A_MINUTE = 10;
const MINUTE_MS = 60_000;

/** Tells what only a person can end, of each key that it concerns; strangers choose keys, so all of it is bounded. */
export interface Apiece {
  /** Whether `key` is to be told of now: `many`, in its place, that there are more than can be told. */
  readonly judge: (key: string) => 'told' | 'many' | 'quiet';
}

/** Creates it; nothing was told yet. */
export function createApiece(clock: Clock): Apiece {
  /** Until when each key is not told of again. */
  const quiet = new LRUCache<string, number>({ max: KEYS_KEPT });
  let minuteEnds = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    judge: (key) => {
      const now = clock.now();
      if (now < (quiet.get(key) ?? now)) return 'quiet';
      if (now >= minuteEnds) {
        minuteEnds = now + MINUTE_MS;
        count = 0;
      }
      count += 1;
      if (count > A_MINUTE) return count === A_MINUTE + 1 ? 'many' : 'quiet';
      quiet.set(key, now + QUIET_MS);
      return 'told';
    },
  };
}
