import type { None } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import type { FlipHold } from './fliphold.ts';
import type { LookupFigures } from './observe.ts';
import { type Flight, type Outcome, type Policy, type Unknown, unknown } from './outcome.ts';

/** What flips are judged by; one a directory. */
export interface FlipOptions {
  readonly name: string;
  readonly flips: FlipHold;
  readonly figures: LookupFigures;
  /** Counts one who vanished with those of all other daemons; absent: there are none. */
  readonly countFlip?: (key: string) => Promise<number | undefined>;
}

/**
 * Doubts a *none* of an address that memory, or a mirror, knows as *found* (`foundAt`): it is asked for again with `askAnew`, on a connection
 * opened for it, and only a second *none* is believed. Where many flip it is the directory that changed its mind: from
 * then on none of them is believed until they are accepted, or one of them is shown again.
 */
export const withFlips =
  <T>(
    askAnew: Flight<T>,
    foundAt: (key: string) => number | undefined,
    options: FlipOptions,
  ): Policy<Flight<T>> =>
  (next) =>
  (key, signal) =>
    andThen(next(key, signal), (outcome) => {
      if (isShown(outcome)) options.flips.shown(key);
      if (outcome.status !== 'none' || !canFlip(outcome)) return outcome;
      const at = foundAt(key);
      if (at === undefined) return outcome;
      return andThen(judge(askAnew, options, key, at, signal), (judged) => {
        if (judged.status !== 'none') options.figures.disbelieved += 1;
        return judged;
      });
    });

/** What this process holds whole, and what no key can be, needs no second look: other guards stand before it. */
const canFlip = ({ proof: { by } }: None): boolean => by === 'connection' || by === 'probe';

async function judge<T>(
  askAnew: Flight<T>,
  { name, flips, figures, countFlip }: FlipOptions,
  key: string,
  foundAt: number,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const flip = flips.admit(key, foundAt);
  if (flip === undefined && !flips.mayLook()) return unknown('unproved', name, flips.reason());
  figures.askedAnew += 1;
  const second = await askAnew(key, signal);
  if (second.status === 'none') {
    if (flip !== undefined && flips.confirm(flip, await countFlip?.(key)) === 'taken')
      return second;
    return unknown('unproved', name, flips.reason());
  }
  if (flip !== undefined) flips.drop(flip);
  if (isShown(second)) flips.shown(key);
  return second.status === 'found' ? second : concludeFault(second, name);
}

/** Whether somebody is there now, and not only in an old copy. */
const isShown = (outcome: Outcome<unknown>): boolean =>
  outcome.status === 'found' && outcome.stale === undefined;

function concludeFault(second: Unknown, name: string): Unknown {
  // A doubt has a reason of its own; any other fault leaves the none unproved.
  if (second.cause === 'entry' || second.cause === 'doubt') return second;
  const reason = `a known address turned into none, and asking again failed: ${second.reason}`;
  return unknown('unproved', name, reason);
}
