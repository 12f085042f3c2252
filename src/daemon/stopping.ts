import { formatDuration } from '../config/schema/units.ts';
import type { Log } from '../log.ts';

export interface StoppingOptions {
  /** How long it goes on as before once it is told to drain; asked then. */
  readonly drainMs: () => number;
  /** Ends all. */
  readonly close: () => Promise<void>;
  readonly log: Log;
}

/** How a daemon ends: at once, or a while after it was told to. */
export interface Stopping {
  /** Whether it ends, or is about to. */
  readonly isTold: () => boolean;
  /** Stops once `drainMs` are over. */
  readonly drain: () => void;
  /** Stops now, whether it drains or not. Again: the same promise. */
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
    stopping ??= close().then(stopped.resolve);
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
