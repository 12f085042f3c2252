import type { LoadJob, LoadResult } from './job.ts';
import {
  cpuMicros,
  findWrong,
  formatCount,
  formatSpread,
  type Measurement,
  perSecond,
  type Spread,
  spreadOf,
} from './report.ts';
import type { Stage } from './stage.ts';

/** Somebody who is asked in each round. */
export interface Target {
  readonly name: string;
  /** The load of a round; they are counted from 0, the one that is not counted. */
  readonly job: (round: number) => LoadJob;
}

/** What a target did, a result for each round. */
export interface Played {
  readonly name: string;
  readonly results: readonly LoadResult[];
}

/**
 * Loads each target once a round, forward and backward in turn: what drifts meanwhile meets all of them alike. One more
 * round goes before, so that all code is compiled.
 * @throws {Error} where a target's answers are wrong in that one: what it costs to answer wrongly is not worth measuring
 */
export async function playRounds(
  stage: Stage,
  targets: readonly Target[],
  rounds: number,
): Promise<readonly Played[]> {
  const played = targets.map(({ name, job }) => {
    const results: LoadResult[] = [];
    return { name, job, results };
  });
  for (let round = 0; round <= rounds; round++) {
    for (const { name, job, results } of round % 2 === 0 ? played : played.toReversed()) {
      const result = await stage.load(job(round));
      if (round > 0) results.push(result);
      else checkAnswers(name, result);
    }
  }
  return played;
}

function checkAnswers(name: string, result: LoadResult): void {
  const [wrong] = findWrong(name, result);
  if (wrong !== undefined) throw new Error(`${name} answers wrongly: ${wrong}`);
}

/** How much more CPU a lookup costs `one` than `other`, round by round. */
export function compareRounds(one: Played, other: Played): Spread {
  const ratios = one.results.map((result, round) => {
    const against = other.results[round];
    return against === undefined ? Number.NaN : cpuMicros(result) / cpuMicros(against);
  });
  return spreadOf(ratios);
}

/** How much more of its machine's time would `one` get done: the lookups of a second, round by round. */
export function compareRates(one: Played, other: Played): Spread {
  const ratios = one.results.map((result, round) => {
    const against = other.results[round];
    return against === undefined ? Number.NaN : perSecond(result) / perSecond(against);
  });
  return spreadOf(ratios);
}

/** The least that a round took of each, as a ratio: nearest to what a quiet machine would say. */
export function compareLeast(one: Played, other: Played): number {
  const least = ({ results }: Played): number => Math.min(...results.map(cpuMicros));
  return least(one) / least(other);
}

export const ROUND_COLUMNS: readonly string[] = [
  'CPU µs per lookup',
  'median (min–max)',
  'lookups/s',
  'load’s CPU',
];

/** A target's line in a table of `ROUND_COLUMNS`. */
export function formatPlayed({ name, results }: Played): readonly string[] {
  const share = spreadOf(results.map(({ loadCpuMs, elapsedMs }) => loadCpuMs / elapsedMs));
  return [
    name,
    formatSpread(spreadOf(results.map(cpuMicros))),
    formatCount(spreadOf(results.map(perSecond)).median),
    `${(share.median * 100).toFixed(0)} %`,
  ];
}

/** What was played as a table, and which replies were wrong. */
export const tableOf = (
  played: readonly Played[],
): Pick<Measurement, 'columns' | 'rows' | 'faults'> => ({
  columns: ROUND_COLUMNS,
  rows: played.map(formatPlayed),
  faults: faultsOf(played),
});

/** Which replies were wrong. */
export const faultsOf = (played: readonly Played[]): readonly string[] =>
  played.flatMap(({ name, results }) => results.flatMap((result) => findWrong(name, result)));

/** How two of them compare. */
export interface Ratio {
  readonly name: string;
  readonly spread: Spread;
}

/** What was played, and how it compares, in numbers. */
export const figuresOf = (played: readonly Played[], ratios: readonly Ratio[]): object => ({
  targets: played.map(playedFigures),
  ratios: Object.fromEntries(ratios.map(({ name, spread }) => [name, spread])),
});

/** A target in numbers. */
export const playedFigures = ({ name, results }: Played): object => ({
  name,
  cpuMicros: results.map(cpuMicros),
  perSecond: results.map(perSecond),
});
