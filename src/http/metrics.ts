import { Gauge, type Metric, Registry } from 'prom-client';
import { type Family, toValues } from './metrics/family.ts';
import { createLagMeter } from './metrics/lag.ts';
import { SECTIONS } from './metrics/sections.ts';
import type { MetricSources, Observed } from './metrics/sources.ts';

/** What `/metrics` says. */
export interface Metrics {
  /** Of `text`, as the HTTP header names it. */
  readonly contentType: string;
  /** All metrics as they are now, in Prometheus' text format. */
  text(): Promise<string>;
  /** Ends the watch over the event loop. */
  stop(): void;
}

/** Begins to watch the event loop, and reads `sources` whenever the text is asked for. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const meter = createLagMeter();
  let lag = meter.take();
  const observed: Observed = { ...sources, lag: () => lag };
  for (const { families } of SECTIONS)
    for (const family of families) registry.registerMetric(toMetric(family, observed));
  return {
    contentType: registry.contentType,
    text: () => {
      lag = meter.take();
      return registry.metrics();
    },
    stop: () => meter.stop(),
  };
}

/**
 * Makes what a registry collects. prom-client's own metrics can't take over what was counted elsewhere, a histogram least
 * of all, so this one's `get`, which is what a registry calls, gives the values of the family.
 */
function toMetric({ name, help, type, samples }: Family, observed: Observed): Metric {
  const get = async () => ({
    name,
    help,
    type,
    values: [...samples(observed)].flatMap((sample) => toValues(name, sample)),
  });
  return Object.assign(new Gauge({ name, help, registers: [] }), { get });
}
