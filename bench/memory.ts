import { type BenchDaemon, MAP, startDaemon, UNLIMITED } from './daemon.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { readRssMiB } from './proc.ts';
import type { KeySpec } from './questions.ts';
import { cpuMicros, findWrong, formatCount, type Part, perSecond } from './report.ts';
import type { Stage } from './stage.ts';

const FOUND = 100_000;
const NONE = 50_000;
const MILLIONS = 10;
const MILLION = 1_000_000;
/** Strangers that come meanwhile, before each million. */
const STRANGERS = 5000;

/** How much memory what is remembered takes, and that ten million lookups take no more. */
export const memory: Part = async (stage) => {
  const daemon = await startDaemon(stage, { accounts: 'all', directory: { limit: UNLIMITED } });
  const emptyMiB = readRssMiB(daemon.pid);
  const filling = [
    await ask(stage, daemon, { kind: 'accounts', from: 0, count: FOUND }, FOUND),
    await ask(stage, daemon, { kind: 'strangers', from: 0 }, NONE),
  ];
  const { remembered } = await daemon.figures();
  const filledMiB = readRssMiB(daemon.pid);

  const loads: LoadResult[] = [];
  const growth: number[] = [];
  for (let i = 0; i < MILLIONS; i++) {
    const from = NONE + i * STRANGERS;
    filling.push(await ask(stage, daemon, { kind: 'strangers', from }, STRANGERS));
    loads.push(await ask(stage, daemon, { kind: 'zipf', count: FOUND }, MILLION));
    growth.push(readRssMiB(daemon.pid) - emptyMiB);
  }
  const kept = (await daemon.figures()).remembered;

  return {
    title: `memory: ${formatCount(FOUND)} addresses of somebody and ${formatCount(NONE)} of nobody remembered, then 10 million lookups`,
    columns: ['after', 'MiB above empty', 'CPU µs per lookup', 'lookups/s', 'remembered'],
    rows: [
      ['filling', (filledMiB - emptyMiB).toFixed(0), '', '', formatRemembered(remembered)],
      ...loads.map((result, i) => [
        `${i + 1} million`,
        (growth[i] ?? Number.NaN).toFixed(0),
        cpuMicros(result).toFixed(2),
        formatCount(perSecond(result)),
        i === MILLIONS - 1 ? formatRemembered(kept) : '',
      ]),
    ],
    notes: [
      `an empty daemon has ${emptyMiB.toFixed(0)} MiB; aim: less than 120 above it, and no growth`,
      'lookups are pipelined, 64 deep on 16 connections; what is kept is refreshed as it ages',
    ],
    figures: { emptyMiB, filledMiB, growthMiB: growth, remembered, kept },
    faults: [...filling, ...loads].flatMap((result) => findWrong('memory', result)),
  };
};

function ask(
  stage: Stage,
  daemon: BenchDaemon,
  keys: KeySpec,
  requests: number,
): Promise<LoadResult> {
  const job: LoadJob = {
    endpoint: daemon.unix,
    map: MAP,
    keys,
    replies: 'true',
    connections: 16,
    depth: 64,
    end: { requests },
    pid: daemon.pid,
  };
  return stage.load(job);
}

const formatRemembered = ({
  found,
  none,
}: {
  readonly found: number;
  readonly none: number;
}): string => `${formatCount(found)} + ${formatCount(none)}`;
