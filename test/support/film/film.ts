import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Rule } from '../../deploy/fixture.ts';
import type { Scrape } from './scrape.ts';

/**
 * What happened between two scrapes of a daemon, shown in so many steps of Prometheus' time: once, in the first of them, or
 * again in each. An alert that waits for hours, or compares with yesterday, sees what really happened, slowed down.
 */
export interface Shot {
  readonly from: Scrape;
  readonly to: Scrape;
  readonly steps: number;
  readonly happens: 'once' | 'each';
}

/** Shots, one after the other. */
export interface Film {
  readonly shots: readonly Shot[];
  readonly step: '1m' | '15m';
}

/** Nothing changes. */
export const still = (scrape: Scrape, steps: number): Shot => ({
  from: scrape,
  to: scrape,
  steps,
  happens: 'once',
});

/** What Prometheus is asked, after so many steps of a film, and the one value that it has to find; absent: nothing. */
export interface Question {
  readonly expr: string;
  readonly at: number;
  readonly value?: number;
}

/** Evaluates rules over a film, by promtool, in `place`. Gives what it complains of: nothing, if it found what was expected. */
export async function review(
  film: Film,
  rules: readonly Rule[],
  questions: readonly Question[],
  place: string,
): Promise<string> {
  const file = join(place, 'film.yaml');
  const exprs = rules.map(({ expr }) => expr).join('\n');
  const isAsked = (series: string) => exprs.includes(series.split('{')[0] ?? '');
  const minutes = Number.parseInt(film.step, 10);
  const test = {
    interval: film.step,
    // The others would only be read.
    input_series: seriesOf(film).filter(({ series }) => isAsked(series)),
    promql_expr_test: questions.map(({ expr, at, value }) => ({
      expr,
      eval_time: `${at * minutes}m`,
      exp_samples: value === undefined ? [] : [{ labels: '{}', value }],
    })),
  };
  await writeFile(join(place, 'rules.yaml'), stringify({ groups: [{ name: 'all', rules }] }));
  await writeFile(
    file,
    stringify({ rule_files: ['rules.yaml'], evaluation_interval: film.step, tests: [test] }),
  );
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    cwd: place,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr;
}

/** The beginning of a film is a minute after 1970: what the daemon did just before was not before that. */
const BEGIN_SECONDS = 60;
const INSTANT = /_timestamp_seconds\{/;

function seriesOf({
  shots,
}: Film): readonly { readonly series: string; readonly values: string }[] {
  const keys = new Set(
    shots.flatMap(({ from, to }) => [...from.series.keys(), ...to.series.keys()]),
  );
  const begin = shots[0]?.from.at ?? 0;
  const counters = new Set(shots.flatMap(({ to, from }) => [...to.counters, ...from.counters]));
  return [...keys].map((series) => {
    const [name = ''] = series.split('{');
    const values = counters.has(name)
      ? countUp(series, shots)
      : shots.flatMap(({ to, steps }) => show(shift(series, to.series.get(series), begin), steps));
    return { series, values: values.join(' ') };
  });
}

const shift = (series: string, value: number | undefined, begin: number): number | undefined =>
  value !== undefined && value > 0 && INSTANT.test(series) ? value - begin + BEGIN_SECONDS : value;

/** A sample stands `steps` times; where the daemon shows nothing, Prometheus knows that it is gone. */
function show(value: number | undefined, steps: number): readonly string[] {
  const text = value === undefined ? 'stale' : writeNumber(value);
  if (steps === 1) return [text];
  return value === undefined ? [text, `_x${steps - 1}`] : [`${text}x${steps - 1}`];
}

/** promtool knows no infinity; descriptors may be unlimited. */
const writeNumber = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(9).replace(/\.?0+$/, '') : String(1e15);

function countUp(series: string, shots: readonly Shot[]): readonly string[] {
  let count = shots[0]?.from.series.get(series) ?? 0;
  return shots.flatMap(({ from, to, steps, happens }) => {
    const end = to.series.get(series);
    if (end === undefined) return show(undefined, steps);
    const more = end - (from.series.get(series) ?? 0);
    if (happens === 'once') {
      count += more;
      return show(count, steps);
    }
    const first = count + more;
    count += more * steps;
    return steps === 1
      ? show(first, 1)
      : [`${writeNumber(first)}+${writeNumber(more)}x${steps - 1}`];
  });
}
