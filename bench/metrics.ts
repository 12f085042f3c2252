import { type BenchDaemon, MAP, startDaemon, UNLIMITED } from './daemon.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { findWrong, formatCount, formatSpread, type Part } from './report.ts';
import {
  compareRounds,
  figuresOf,
  type Played,
  playRounds,
  type Ratio,
  type Target,
  tableOf,
} from './rounds.ts';
import type { Stage } from './stage.ts';

const ACCOUNTS = 10_000;
const ROUNDS = 15;
const SCRAPE_MS = 1000;
const MILLIONS = 10;
const MILLION = 1_000_000;

/** What counting, timing and a scrape each second cost a warm hit, and that ten million distinct keys make no series. */
export const metrics: Part = async (stage) => {
  const options = { accounts: ACCOUNTS, directory: { limit: UNLIMITED } };
  const scraped = await startDaemon(stage, { ...options, metrics: 'scraped' });
  const off = await startDaemon(stage, { ...options, metrics: 'off' });
  for (const daemon of [scraped, off]) await stage.load(warming(daemon));
  const before = countSeries(await scraped.scrape());
  const played = await playScraped(stage, scraped, off);
  const strangers: LoadResult[] = [];
  for (let i = 0; i < MILLIONS; i++)
    strangers.push(await stage.load(askingStrangers(scraped, i * MILLION)));
  const after = countSeries(await scraped.scrape());

  const ratios = compare(played);
  const table = tableOf(played);
  return {
    title: `metrics: scraped each second or off, ${ACCOUNTS} warm addresses, ${ROUNDS} alternating rounds`,
    ...table,
    notes: [
      ...ratios.map(({ name, spread }) => `${name}: × ${formatSpread(spread)}, aim 1.03`),
      `${before} series; ${after} after ${formatCount(MILLIONS * MILLION)} lookups of distinct keys`,
    ],
    figures: { ...figuresOf(played, ratios), series: { before, after } },
    faults: [
      ...table.faults,
      ...strangers.flatMap((result) => findWrong('strangers', result)),
      ...(before === after ? [] : [`${before} series became ${after}`]),
    ],
  };
};

const base = ({ pid, tcp }: BenchDaemon) =>
  ({ endpoint: tcp, map: MAP, replies: 'true', connections: 16, pid }) as const;

const warming = (daemon: BenchDaemon): LoadJob => ({
  ...base(daemon),
  keys: { kind: 'accounts', from: 0, count: ACCOUNTS },
  depth: 1,
  end: { requests: ACCOUNTS },
});

const askingStrangers = (daemon: BenchDaemon, from: number): LoadJob => ({
  ...base(daemon),
  keys: { kind: 'strangers', from },
  depth: 64,
  end: { requests: MILLION },
});

/** One question at a time, as Postfix asks, and 64 deep, where an answer costs least. */
const asking = (name: string, daemon: BenchDaemon, depth: number): Target => ({
  name,
  job: () => ({
    ...base(daemon),
    keys: { kind: 'zipf', count: ACCOUNTS },
    depth,
    end: { warmMs: 200, ms: 700 },
  }),
});

async function playScraped(
  stage: Stage,
  scraped: BenchDaemon,
  off: BenchDaemon,
): Promise<readonly Played[]> {
  const targets = [1, 64].flatMap((depth) => [
    asking(`scraped, ${depth} deep`, scraped, depth),
    asking(`off, ${depth} deep`, off, depth),
  ]);
  const timer = setInterval(() => void scraped.scrape().catch(() => {}), SCRAPE_MS);
  try {
    return await playRounds(stage, targets, ROUNDS);
  } finally {
    clearInterval(timer);
  }
}

const countSeries = (text: string): number =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

function compare([one, oneOff, deep, deepOff]: readonly Played[]): readonly Ratio[] {
  if (one === undefined || oneOff === undefined || deep === undefined || deepOff === undefined)
    throw new Error('a target has not been asked');
  return [
    { name: 'scraped / off, 1 deep', spread: compareRounds(one, oneOff) },
    { name: 'scraped / off, 64 deep', spread: compareRounds(deep, deepOff) },
  ];
}
