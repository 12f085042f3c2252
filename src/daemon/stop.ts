import { formatDuration } from '../config/schema/units.ts';
import type { Log } from '../log.ts';
import { settlesWithin } from '../settle.ts';

export interface StoppingOptions {
  /** How long it goes on as before once it is told to drain; asked then. */
  readonly drainMs: () => number;
  /** Ends all, however much of it fails: a rejection is told, and it has stopped all the same. */
  readonly close: () => Promise<void>;
  readonly log: Log;
}

/** How a daemon ends: at once, or a while after it was told to. */
export interface Stopping {
  /** Whether it ends, or is about to. */
  readonly isTold: () => boolean;
  /** Stops once `drainMs` are over. */
  readonly drain: () => void;
  /** Stops now, whether it drains or not. Again: the same promise. Never rejects. */
  readonly stop: () => Promise<void>;
  /** Resolves when it has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
}

/** Creates it; it has not been told yet. */
export function createStopping({ drainMs, close, log }: StoppingOptions): Stopping {
  const stopped = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  const stop = (): Promise<void> => {
    clearTimeout(timer);
    stopping ??= endAll([close], log).then(stopped.resolve);
    return stopping;
  };
  const isTold = (): boolean => timer !== undefined || stopping !== undefined;
  return {
    isTold,
    drain: () => {
      if (isTold()) return;
      const ms = drainMs();
      if (ms === 0) return void stop();
      log.info(
        { drain: formatDuration(ms) },
        'draining: it answers and accepts as before, then stops',
      );
      timer = setTimeout(() => void stop(), ms);
    },
    stop,
    stopped: stopped.promise,
  };
}

/**
 * Ends several things, one after the other, whatever becomes of the ones before: what fails is told. Never rejects.
 * `withinMs`: one that takes longer is left to itself.
 */
export async function endAll(
  steps: readonly (() => Promise<void> | undefined)[],
  log: Log,
  withinMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (const step of steps) {
    try {
      if (!(await settlesWithin(step() ?? Promise.resolve(), withinMs)))
        log.warn({}, 'the stop does not wait any longer for a part that does not end');
    } catch (error) {
      log.error({ err: error }, 'a part could not be ended, the stop goes on');
    }
  }
}
