import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchDaemon, MAP, startDaemon } from './daemon.ts';
import type { LoadJob, LoadResult } from './job.ts';
import type { KeySpec } from './questions.ts';
import { cpuMicros, findWrong, formatCount, formatMs, type Part } from './report.ts';
import type { Stage } from './stage.ts';
import { startResponder } from './yardstick.ts';

const CONNECTIONS = 500;
/** Between a reply and the next request, so that what is timed is the waiting and not a CPU that is used up. */
const PACE_MS = 100;
const DEADLINE_MS = 200;
const FRESH_MS = 2000;
/** Within the time that a question may take, so that the circuit is still closed. */
const CLOSED_MS = 1500;
/** Where the directory has answered before, the circuit opens once most of its last 10 s were failures. */
const OPENING_MS = 12_000;
/** Where it never did, once its first questions have timed out. */
const OPENING_COLD_MS = 3000;
const OPEN_MS = 2000;

const KNOWN: KeySpec = { kind: 'accounts', from: 0, count: CONNECTIONS };

/** One line: who was asked for, in which state of the directory, and what came of it. */
interface Phase {
  readonly name: string;
  readonly result: LoadResult;
  readonly faults: readonly string[];
}

/** How long callers wait while the directory never answers: 500 connections that all ask at once, again and again. */
export const outage: Part = async (stage) => {
  const phases = [
    await askBare(stage),
    ...(await askForKnown(stage)),
    ...(await askForStrangers(stage)),
  ];
  return {
    title: `outage: a directory that never answers, ${CONNECTIONS} connections waiting`,
    columns: [
      'asked for',
      'replies',
      'right',
      'TEMP',
      'CPU µs',
      'starved ms',
      'p50 ms',
      'p99 ms',
      'max ms',
      '> 200',
      '> 250',
    ],
    rows: phases.map(({ name, result }) => formatPhase(name, result)),
    notes: [
      'starved: so long the server had work and no CPU, for other programs had it; that is in the times too',
      'promised: every reply within 200 ms, 250 on a busy machine; nobody is denied, whoever was known is still known',
    ],
    figures: phases.map(({ name, result }) => ({ name, ...result })),
    faults: phases.flatMap(({ faults }) => faults),
  };
};

/** What this machine makes of 200 ms: the same load on a bare server whose replies wait for a timer. */
async function askBare(stage: Stage): Promise<Phase> {
  const { unix, pid } = await startResponder(stage, DEADLINE_MS);
  const end = { warmMs: 300, ms: OPEN_MS };
  const result = await load(stage, { unix, pid }, KNOWN, end, 'constant');
  return judgeKnown(`bare Node, a timer of ${DEADLINE_MS} ms`, result);
}

async function askForKnown(stage: Stage): Promise<readonly Phase[]> {
  const daemon = await startDaemon(stage, {
    accounts: 'scripted',
    settings: { cache: { fresh: `${FRESH_MS}ms` } },
  });
  const ask = (end: LoadJob['end']): Promise<LoadResult> => load(stage, daemon, KNOWN, end);
  const learning = await ask({ requests: CONNECTIONS });
  const before = await ask({ requests: 10 * CONNECTIONS });
  await daemon.hang();
  // Past the longest life of an entry, which is jittered.
  await sleep(FRESH_MS * 1.2);
  const closed = await ask({ warmMs: 0, ms: OPENING_MS });
  const open = await ask({ warmMs: 0, ms: OPEN_MS });
  await daemon.stop();
  return [
    judgeKnown('asked for the first time, directory well', learning),
    judgeKnown('known, directory well', before),
    judgeKnown('known and no longer fresh, circuit closed', closed),
    judgeKnown('the same, circuit open', open),
  ];
}

async function askForStrangers(stage: Stage): Promise<readonly Phase[]> {
  const daemon = await startDaemon(stage, { accounts: 'scripted' });
  const ask = (from: number, ms: number): Promise<LoadResult> =>
    load(stage, daemon, { kind: 'strangers', from }, { warmMs: 0, ms });
  await daemon.hang();
  const closed = await ask(0, CLOSED_MS);
  await sleep(OPENING_COLD_MS);
  const open = await ask(1_000_000, OPEN_MS);
  await daemon.stop();
  return [
    judgeStrangers('strangers, circuit closed', closed),
    judgeStrangers('strangers, circuit open', open),
  ];
}

const judgeKnown = (name: string, result: LoadResult): Phase => ({
  name,
  result,
  faults: findWrong(name, result),
});

/** Denying a stranger would be true, and still wrong: nobody has said so. */
function judgeStrangers(name: string, result: LoadResult): Phase {
  const denied = result.right > 0 ? [`${name}: ${result.right} were denied`] : [];
  return { name, result, faults: [...denied, ...findWrong(name, result, ['TEMP'])] };
}

function load(
  stage: Stage,
  { unix, pid }: Pick<BenchDaemon, 'unix' | 'pid'>,
  keys: KeySpec,
  end: LoadJob['end'],
  replies: LoadJob['replies'] = 'true',
): Promise<LoadResult> {
  const job: LoadJob = {
    endpoint: unix,
    map: MAP,
    keys,
    replies,
    connections: CONNECTIONS,
    depth: 1,
    paceMs: PACE_MS,
    end,
    pid,
  };
  return stage.load(job);
}

function formatPhase(name: string, result: LoadResult): readonly string[] {
  const { replies, right, others, latency } = result;
  return [
    name,
    formatCount(replies),
    formatCount(right),
    formatCount(others['TEMP'] ?? 0),
    cpuMicros(result).toFixed(0),
    formatCount(result.starvedMs),
    formatMs(latency.p50),
    formatMs(latency.p99),
    formatMs(latency.max),
    formatCount(latency.over200),
    formatCount(latency.over250),
  ];
}
