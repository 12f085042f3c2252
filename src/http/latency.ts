import type { DurationFigures, Durations } from '../lookup/durations.ts';
import type { History } from './history.ts';

/** How long things took in the last minutes: at most so many milliseconds, as exact as the histogram's bounds. */
export interface Latency {
  readonly count: number;
  /** Absent: nothing happened; `slow`: longer than all bounds. */
  readonly p50Ms?: number | 'slow';
  readonly p95Ms?: number | 'slow';
  readonly p99Ms?: number | 'slow';
}

/** Steps of the history that latency looks back on: five minutes. */
const RECENT = 30;

/** Lists the counters of what took how long, for the history, under `name`. All have the same bounds. */
export function* listLatency(
  name: string,
  all: readonly Durations[],
): Generator<readonly [string, number]> {
  const counts = all.map(({ figures }) => figures.counts);
  for (let i = 0; i < (counts[0]?.length ?? 0); i++)
    yield [nameBound(name, i), counts.reduce((sum, each) => sum + (each[i] ?? 0), 0)];
}

const nameBound = (name: string, bound: number): string => `latency ${name} ${bound}`;

/** Tells the recent latency of what `listLatency` listed under `name`. */
export function describeLatency(
  history: History,
  name: string,
  { figures: { boundsMs } }: Durations,
): Latency {
  const counts = [...boundsMs, 'slow'].map((_, i) => history.total(nameBound(name, i), RECENT));
  const count = counts.reduce((sum, each) => sum + each, 0);
  if (count === 0) return { count };
  return {
    count,
    p50Ms: findQuantile(counts, boundsMs, count * 0.5),
    p95Ms: findQuantile(counts, boundsMs, count * 0.95),
    p99Ms: findQuantile(counts, boundsMs, count * 0.99),
  };
}

/** The bound within which `wanted` of them lie. */
function findQuantile(
  counts: readonly number[],
  boundsMs: DurationFigures['boundsMs'],
  wanted: number,
): number | 'slow' {
  let seen = 0;
  for (const [i, count] of counts.entries()) {
    seen += count;
    if (seen >= wanted) return boundsMs[i] ?? 'slow';
  }
  return 'slow';
}
