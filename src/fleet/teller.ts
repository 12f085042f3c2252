import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { explainFailure } from './refusals.ts';

/** Tells that the fleet is down or up, and what is refused: once each, and no more often than once a minute. */
export interface Teller {
  /** A connection begins: what was refused over the former one may be allowed now. */
  begun(): void;
  down(error: unknown): void;
  /** One question was refused, by an engine that answers all the same. */
  refused(error: unknown): void;
  up(): void;
}

/** An engine that is up and down by turns tells nobody more by saying it each time. */
const PAUSE_MS = 60_000;

const ALONE = 'the fleet can not be reached: this daemon goes on alone';

/** Creates it; nothing is told. */
export function createTeller(log: Log, clock: Clock): Teller {
  let wasUp = false;
  /** Why it is down, as it was told. */
  const told = new Set<string>();
  let passingAt = Number.NEGATIVE_INFINITY;
  const refusals = new Map<string, number>();

  const isRecent = (at: number | undefined): boolean =>
    at !== undefined && clock.now() < at + PAUSE_MS;

  return {
    begun: () => {
      for (const [reason, at] of refusals) if (!isRecent(at)) refusals.delete(reason);
    },
    down: (error) => {
      const { reason, isLasting } = explainFailure(error);
      // What does not end by itself is told each, of all else the first: what follows from it is no news.
      if (told.has(reason)) return;
      if (!isLasting && (told.size > 0 || isRecent(passingAt))) return;
      if (!isLasting) passingAt = clock.now();
      told.add(reason);
      log[isLasting ? 'error' : 'warn']({ reason }, ALONE);
    },
    refused: (error) => {
      const { reason, isLasting } = explainFailure(error);
      if (!isLasting || refusals.has(reason)) return;
      refusals.set(reason, clock.now());
      log.error({ reason }, 'the engine refuses a part of what the fleet asks');
    },
    up: () => {
      if (told.size > 0 || !wasUp) log.info({}, 'the fleet is reached');
      wasUp = true;
      told.clear();
    },
  };
}
