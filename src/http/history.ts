import type { Clock } from '../clock.ts';

/** The last hour of some counters, in steps of ten seconds. */
export interface History {
  /** Reads the counters; what they grew by since the last time counts for now. To be called once a step at least. */
  update(): void;
  /** What a counter grew by in each of the last `steps`, the oldest first, the current one last. */
  last(name: string, steps?: number): readonly number[];
  /** When the current step began, as the clock tells. */
  began(): number;
  /** Their sum. */
  total(name: string, steps?: number): number;
}

/** Milliseconds of a step. */
export const STEP_MS = 10_000;

/** Steps of an hour. */
export const STEPS = 360;

interface Series {
  readonly steps: Uint32Array;
  before: number;
}

/**
 * Creates the history of the counters that `read` lists by name. One that `read` leaves out is forgotten; one that went
 * back has begun anew.
 */
export function createHistory(
  read: () => Iterable<readonly [name: string, count: number]>,
  clock: Clock,
): History {
  const all = new Map<string, Series>();
  const stepNow = (): number => Math.trunc(clock.now() / STEP_MS);
  let current = stepNow();

  const advance = (): void => {
    const next = stepNow();
    for (let step = Math.max(current + 1, next - STEPS + 1); step <= next; step++)
      for (const { steps } of all.values()) steps[step % STEPS] = 0;
    current = next;
  };

  const count = (name: string, value: number): void => {
    const series = all.get(name) ?? { steps: new Uint32Array(STEPS), before: 0 };
    all.set(name, series);
    const { steps, before } = series;
    const at = current % STEPS;
    steps[at] = (steps[at] ?? 0) + (value < before ? value : value - before);
    series.before = value;
  };

  const update = (): void => {
    advance();
    const left = new Set(all.keys());
    for (const [name, value] of read()) {
      count(name, value);
      left.delete(name);
    }
    for (const name of left) all.delete(name);
  };

  const last = (name: string, steps = STEPS): readonly number[] => {
    const series = all.get(name);
    return Array.from({ length: steps }, (_, i) => {
      const step = current - steps + 1 + i;
      return series?.steps[((step % STEPS) + STEPS) % STEPS] ?? 0;
    });
  };

  return {
    update,
    last,
    began: () => current * STEP_MS,
    total: (name, steps) => last(name, steps).reduce((sum, each) => sum + each, 0),
  };
}
