/** How long things took: a histogram of plain numbers, cheap enough for each lookup. */
export interface Durations {
  /** Counts one that took so many milliseconds. */
  record(ms: number): void;
  /** What has been counted, as it is now. */
  readonly figures: DurationFigures;
  /** For commands, which show no histograms. */
  toJSON(): object;
}

export interface DurationFigures {
  /** The upper bounds, in rising milliseconds. */
  readonly boundsMs: readonly number[];
  /** How many took up to each bound and longer than the one before; the last one: longer than all bounds. */
  readonly counts: Float64Array;
  /** The sum of all, the only one. */
  readonly sumMs: Float64Array;
}

/** Creates durations that are all zero. */
export function createDurations(boundsMs: readonly number[]): Durations {
  const bounds = Float64Array.from(boundsMs);
  const counts = new Float64Array(bounds.length + 1);
  // In an array, for V8 makes a new object of each fraction that a variable takes.
  const sumMs = new Float64Array(1);
  return {
    record: (ms) => {
      let at = 0;
      while (at < bounds.length && ms > (bounds[at] ?? 0)) at++;
      counts[at] = (counts[at] ?? 0) + 1;
      sumMs[0] = (sumMs[0] ?? 0) + ms;
    },
    figures: { boundsMs, counts, sumMs },
    toJSON: () => {
      const count = countAll({ counts });
      return { count, meanMs: count === 0 ? 0 : (sumMs[0] ?? 0) / count };
    },
  };
}

/** How many have been counted. */
export const countAll = ({ counts }: Pick<DurationFigures, 'counts'>): number =>
  counts.reduce((sum, count) => sum + count, 0);

/** Reads the time in milliseconds and fractions of them, for durations; it costs 60 ns. */
export const readMs = (): number => performance.now();
