import { type Durations, readMs } from '../lookup/durations.ts';
import type { Context } from '../lookup/outcome.ts';

/** Times answers. Reading the time for each would cost more than the counting, and a tenth of a pipelined answer. */
export interface Stopwatch {
  /** When the answering of all that came with `context` began. */
  start(context: Context): number;
  /** Counts an answer that was there at once. */
  stopAtOnce(context: Context, durations: Durations): void;
  /** Counts an answer that is given again, as one that was there at once. */
  repeat(context: Context, durations: Durations): void;
  /** Counts an answer that had to be waited for. */
  stopLate(startedAt: number, durations: Durations): void;
}

/**
 * Creates a stopwatch. It reads the time once for all requests of one read. Of the answers that were there at once it
 * times one in each tick of the daemon's clock, and takes that time for the others of the tick.
 */
export function createStopwatch(): Stopwatch {
  let read: Context | undefined;
  let startedAt = 0;
  let tick = Number.NaN;
  let atOnceMs = 0;
  const start: Stopwatch['start'] = (context) => {
    if (context === read) return startedAt;
    read = context;
    startedAt = readMs();
    return startedAt;
  };
  const stopAtOnce: Stopwatch['stopAtOnce'] = ({ arrivedAt }, durations) => {
    if (arrivedAt !== tick) {
      tick = arrivedAt;
      atOnceMs = readMs() - startedAt;
    }
    durations.record(atOnceMs);
  };
  return {
    start,
    stopAtOnce,
    repeat: (context, durations) => {
      // In a tick that has its time no other is read.
      if (context.arrivedAt !== tick) start(context);
      stopAtOnce(context, durations);
    },
    stopLate: (since, durations) => durations.record(readMs() - since),
  };
}
