import type { LoadResult } from './job.ts';
import type { Peer } from './peer.ts';
import type { Stage } from './stage.ts';

/** One measurement: in words for people, in numbers for whoever compares runs. */
export interface Measurement {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the numbers mean, a line each. */
  readonly notes: readonly string[];
  readonly figures: object;
  /** Replies that were wrong, which no machine excuses. */
  readonly faults: readonly string[];
}

/** One part of the bench; it measures the peers beside ours, or leaves them. */
export type Part = (stage: Stage, peers: readonly Peer[]) => Promise<Measurement>;

/** Lays out a measurement for people. */
export function formatMeasurement({ title, columns, rows, notes, faults }: Measurement): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  const table = lines.map((line) =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  const wrong = faults.map((fault) => `WRONG: ${fault}`);
  return [
    title,
    ...table.map((line) => `  ${line}`),
    ...[...notes, ...wrong].map((note) => `  ${note}`),
  ].join('\n');
}

/** Says what replies were not the right ones; nothing where all were, or are among the `allowed` statuses. */
export function findWrong(
  name: string,
  { others, sample }: LoadResult,
  allowed: readonly string[] = [],
): readonly string[] {
  return Object.entries(others)
    .filter(([status]) => !allowed.includes(status))
    .map(([status, count]) => `${name}: ${count} replies ${status} (${sample})`);
}

/** A middle value and how far the others are from it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = (at(Math.ceil(middle) - 1) + at(Math.floor(middle))) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

export const formatSpread = ({ median, min, max }: Spread): string =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;

/** CPU time of one lookup, in microseconds; not a number where nobody's was counted, which JSON writes as null. */
export const cpuMicros = ({ cpuMs, replies }: LoadResult): number =>
  Number.isFinite(cpuMs) ? (cpuMs * 1000) / replies : Number.NaN;

export const perSecond = ({ replies, elapsedMs }: LoadResult): number =>
  (replies * 1000) / elapsedMs;

/** A number with a thin gap after each three digits. */
export const formatCount = (count: number): string =>
  Math.round(count).toLocaleString('en-US').replaceAll(',', ' ');

export const formatMs = (ms: number): string => ms.toFixed(ms < 10 ? 2 : 0);
