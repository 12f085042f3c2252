import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchDaemon, type DirectoryFigures, MAP, startDaemon } from './daemon.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { readRssMiB } from './proc.ts';
import { findWrong, formatCount, formatMs, type Part, perSecond, spreadOf } from './report.ts';

const KNOWN = 2000;
const STRANGERS = 1_000_000;
/** Shorter than the flood: who is known has to be asked for anew while it lasts. */
const FRESH_MS = 10_000;
/** The limit of a directory on the network; as many questions may be saved up. */
const PER_SECOND = 500;
const LIMIT = { inFlight: 32, perSecond: PER_SECOND };
const SLICE_MS = 3000;

/** What the daemon was like at one moment. */
interface Sample {
  readonly at: number;
  readonly rssMiB: number;
  readonly figures: DirectoryFigures;
}

/** A million addresses that nobody holds: what becomes of the directory, of memory, and of those who are known. */
export const flood: Part = async (stage) => {
  const daemon = await startDaemon(stage, {
    accounts: KNOWN,
    directory: { limit: LIMIT },
    settings: { cache: { fresh: `${FRESH_MS}ms` } },
  });
  const learning = await stage.load({
    ...askKnown(daemon),
    keys: { kind: 'accounts', from: 0, count: KNOWN },
    end: { requests: KNOWN },
  });
  const before = await stage.load(askKnown(daemon));
  const state = { isOver: false };
  const during = async <T>(act: () => Promise<T>): Promise<readonly T[]> => {
    const done: T[] = [];
    while (!state.isOver) done.push(await act());
    return done;
  };
  const [strangers, known, samples] = await Promise.all([
    stage.load(askStrangers(daemon)).finally(() => {
      state.isOver = true;
    }),
    during(() => stage.load(askKnown(daemon))),
    during(async () => {
      const sample = await takeSample(daemon);
      await sleep(1000);
      return sample;
    }),
  ]);
  const last = await takeSample(daemon);
  const after = await stage.load(askKnown(daemon));

  const seconds = summarise([...samples, last]);
  const { found, none } = last.figures.remembered;
  const lost = found < KNOWN ? [`${KNOWN - found} known addresses were forgotten`] : [];
  const tooMany = seconds.total - PER_SECOND - (strangers.elapsedMs / 1000 + 2) * PER_SECOND;
  const excess =
    tooMany > 0 ? [`${formatCount(tooMany)} questions too many reached the directory`] : [];
  return {
    title: `flood: ${formatCount(STRANGERS)} addresses that nobody holds, ${KNOWN} known ones asked for meanwhile`,
    columns: ['asked for', 'lookups/s', 'right', 'others', 'p50 ms', 'p99 ms', 'max ms'],
    rows: [
      formatLoads('known, before', [before]),
      formatLoads('known, meanwhile', known),
      formatLoads('known, after', [after]),
      formatLoads('strangers', [strangers]),
    ],
    notes: [
      `the directory was asked ${formatCount(seconds.total)} times in ${(strangers.elapsedMs / 1000).toFixed(0)} s, ${formatCount(seconds.most)} in the busiest second, ${PER_SECOND} a second are allowed and ${PER_SECOND} saved up`,
      `memory: ${seconds.rssMiB.min.toFixed(0)}–${seconds.rssMiB.max.toFixed(0)} MiB; ${formatCount(found)} known addresses remembered, and ${formatCount(none)} of nobody`,
      `${formatCount(seconds.stale)} stale answers for known addresses: fresh for ${FRESH_MS / 1000} s here, they are asked for anew in the flood`,
    ],
    figures: { before, known, after, strangers, seconds, found, none },
    faults: [
      ...[learning, before, ...known, after].flatMap((result) => findWrong('known', result)),
      ...findWrong('strangers', strangers, ['TEMP']),
      ...lost,
      ...excess,
    ],
  };
};

/** Steady and light, so that what is timed is the daemon and not a queue of our own. */
const askKnown = (daemon: BenchDaemon): LoadJob => ({
  endpoint: daemon.unix,
  map: MAP,
  keys: { kind: 'zipf', count: KNOWN },
  replies: 'true',
  connections: 8,
  depth: 1,
  paceMs: 5,
  end: { warmMs: 200, ms: SLICE_MS },
  pid: daemon.pid,
});

/** Far more at once than may wait for the directory, and paused: it is the queue that is to be full, not the CPU. */
const askStrangers = (daemon: BenchDaemon): LoadJob => ({
  ...askKnown(daemon),
  keys: { kind: 'strangers', from: 0 },
  connections: 256,
  depth: 32,
  paceMs: 100,
  end: { requests: STRANGERS },
});

const takeSample = async (daemon: BenchDaemon): Promise<Sample> => ({
  at: performance.now(),
  rssMiB: readRssMiB(daemon.pid),
  figures: await daemon.figures(),
});

/** What happened between the first sample and the last. */
function summarise(samples: readonly Sample[]) {
  const rates = samples.slice(1).map((sample, i) => {
    const former = samples[i] ?? sample;
    return ((sample.figures.asked - former.figures.asked) * 1000) / (sample.at - former.at);
  });
  const sum = (of: 'asked' | 'stale'): number =>
    (samples.at(-1)?.figures[of] ?? 0) - (samples[0]?.figures[of] ?? 0);
  return {
    total: sum('asked'),
    most: Math.max(...rates),
    stale: sum('stale'),
    rssMiB: spreadOf(samples.map(({ rssMiB }) => rssMiB)),
  };
}

function formatLoads(name: string, loads: readonly LoadResult[]): readonly string[] {
  const total = (of: (load: LoadResult) => number): number =>
    loads.reduce((sum, load) => sum + of(load), 0);
  return [
    name,
    formatCount(spreadOf(loads.map(perSecond)).median),
    formatCount(total(({ right }) => right)),
    formatCount(total(({ replies, right }) => replies - right)),
    formatMs(spreadOf(loads.map(({ latency }) => latency.p50)).median),
    formatMs(spreadOf(loads.map(({ latency }) => latency.p99)).median),
    formatMs(Math.max(...loads.map(({ latency }) => latency.max))),
  ];
}
