import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was over some time, in seconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Watches how late the event loop is. */
export interface LagMeter {
  /** Tells it for the time since this was last asked. */
  take(): Lag;
  stop(): void;
}

/** The event loop is looked at so often; one that is on time is seen this late. */
const RESOLUTION_MS = 10;

/**
 * Begins to watch the event loop. prom-client's own collectors show an idle loop as late by their resolution, name gauges
 * `_total`, which `promtool check metrics` refuses, and observe each garbage collection: that costs a daemon under load a
 * tenth of its CPU. A long collection shows as lag all the same.
 */
export function createLagMeter(): LagMeter {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const toSeconds = (nanoseconds: number): number =>
    Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
  return {
    take: () => {
      const lag = {
        p50: toSeconds(delay.percentile(50)),
        p99: toSeconds(delay.percentile(99)),
        max: toSeconds(delay.max),
      };
      delay.reset();
      return lag;
    },
    stop: () => {
      delay.disable();
    },
  };
}
