import type { Clock } from '../clock.ts';
import type { None } from '../directory/directory.ts';
import type { Breaker } from './breaker.ts';
import type { Memory } from './memory.ts';
import type { LookupFigures } from './observe.ts';
import { type Flight, type Outcome, type Policy, unknown } from './outcome.ts';

/** Counts the flips of one directory: known addresses that turn into *none*. */
export interface FlipCounter {
  /** Whether one more may be asked again: so many may within any minute. */
  admit(): boolean;
  /** How often there were too many, once a minute at most. Who was admitted before the last time is doubted as well. */
  readonly floods: () => number;
  /** What is said of a flip that is one of too many. */
  readonly reason: string;
}

/** What flips are judged by; one a directory. */
export interface FlipOptions {
  readonly name: string;
  readonly flips: FlipCounter;
  readonly breaker: Breaker;
  readonly figures: LookupFigures;
}

const MINUTE_MS = 60_000;

/** Creates a directory's counter of flips; `most` may be believed within a minute. */
export function createFlipCounter(name: string, most: number, clock: Clock): FlipCounter {
  /** When each of the last minute was admitted. */
  let admitted: readonly number[] = [];
  let floods = 0;
  let floodedAt = Number.NEGATIVE_INFINITY;
  return {
    admit: () => {
      const now = clock.now();
      admitted = admitted.filter((at) => now < at + MINUTE_MS);
      if (admitted.length < most) {
        admitted = [...admitted, now];
        return true;
      }
      if (now >= floodedAt + MINUTE_MS) {
        floodedAt = now;
        floods += 1;
      }
      return false;
    },
    floods: () => floods,
    reason: `more than ${most} known addresses turned into none within a minute, they are not believed; if they were removed on purpose: idpmap cache purge --directory ${name}`,
  };
}

/**
 * Doubts a *none* of an address that memory knows as *found*: it is asked for again with `askAnew`, on a connection
 * opened for it, and only a second *none* is believed. Where many flip at once it is the directory that changed its
 * mind: none of them is believed, and the circuit opens. It closes as ever; the minute goes on.
 */
export const withFlips =
  <T>(askAnew: Flight<T>, memory: Memory<T>, options: FlipOptions): Policy<Flight<T>> =>
  (next) =>
  async (key, signal) => {
    const outcome = await next(key, signal);
    if (outcome.status !== 'none' || !canFlip(outcome) || !memory.found.has(key)) return outcome;
    const judged = await askAgain(askAnew, options, key, signal);
    if (judged.status !== 'none') options.figures.disbelieved += 1;
    return judged;
  };

/** What this process holds whole, and what no key can be, needs no second look: other guards stand before it. */
const canFlip = ({ proof: { by } }: None): boolean => by === 'connection' || by === 'probe';

async function askAgain<T>(
  askAnew: Flight<T>,
  { name, flips, breaker, figures }: FlipOptions,
  key: string,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const floodsBefore = flips.floods();
  if (!flips.admit()) {
    if (flips.floods() > floodsBefore) breaker.open(flips.reason);
    return unknown('unproved', name, flips.reason);
  }
  figures.askedAnew += 1;
  const second = await askAnew(key, signal);
  if (second.status === 'none' && flips.floods() > floodsBefore)
    return unknown('unproved', name, flips.reason);
  // A doubt has a reason of its own; any other fault leaves the none unproved.
  if (second.status !== 'unknown' || second.cause === 'entry' || second.cause === 'doubt')
    return second;
  const reason = `a known address turned into none, and asking again failed: ${second.reason}`;
  return unknown('unproved', name, reason);
}
