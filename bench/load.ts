// A load generator in a process of its own: its one argument is a LoadJob, what it prints is a LoadResult, both JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from './histogram.ts';
import type { LoadEnd, LoadJob, LoadResult } from './job.ts';
import { Lane } from './lane.ts';
import { readCpuMs, readStarvedMs } from './proc.ts';
import { createQuestions, type Question } from './questions.ts';

/** Who asks a job: our own parent, with types that both share. */
const job: LoadJob = JSON.parse(process.argv[2] ?? '{}');

const readCpu = (): number => (job.pid === undefined ? Number.NaN : readCpuMs(job.pid));
const readStarved = (): number => (job.pid === undefined ? Number.NaN : readStarvedMs(job.pid));

/** Counts from its creation on. */
interface Tally {
  right: number;
  readonly others: Record<string, number>;
  sample: string | undefined;
  readonly latency: Histogram;
  readonly since: number;
  readonly cpuMs: number;
  readonly starvedMs: number;
  readonly own: NodeJS.CpuUsage;
}

const createTally = (): Tally => ({
  right: 0,
  others: {},
  sample: undefined,
  latency: new Histogram(),
  since: performance.now(),
  cpuMs: readCpu(),
  starvedMs: readStarved(),
  own: process.cpuUsage(),
});

function readTally(tally: Tally): LoadResult {
  const cpuMs = readCpu() - tally.cpuMs;
  const { user, system } = process.cpuUsage(tally.own);
  const latency = tally.latency.read();
  return {
    replies: latency.count,
    right: tally.right,
    others: tally.others,
    ...(tally.sample !== undefined && { sample: tally.sample }),
    elapsedMs: performance.now() - tally.since,
    cpuMs,
    starvedMs: readStarved() - tally.starvedMs,
    loadCpuMs: (user + system) / 1000,
    latency,
  };
}

/** No load takes longer, or its server is stuck. */
const STUCK_MS = 120_000;

/** Asks as `job` says. Rejects where the server ends a connection, says what it was not asked, or is stuck. */
async function run(end: LoadEnd): Promise<LoadResult> {
  const ask = createQuestions(job.map, job.keys, job.replies);
  const total = 'requests' in end ? end.requests : Number.POSITIVE_INFINITY;
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    done.reject(new Error(`only ${answered} requests were answered within ${STUCK_MS / 1000} s`));
  }, STUCK_MS);
  let begun = 0;
  let answered = 0;
  let tally = createTally();
  const options = {
    endpoint: job.endpoint,
    depth: job.depth,
    paceMs: job.paceMs ?? 0,
    next: (): Question | undefined => {
      begun++;
      return begun > total ? undefined : ask();
    },
    answered: (waitedMs: number, reply?: string): void => {
      tally.latency.record(waitedMs);
      if (reply === undefined) tally.right++;
      else count(tally, reply);
      answered++;
      if (answered === total) done.resolve();
    },
    failed: done.reject,
  };
  const lanes = Array.from({ length: job.connections }, () => new Lane(options));
  await Promise.all(lanes.map((lane) => lane.open()));
  tally = createTally();
  const stop = job.rate === undefined ? startAll(lanes) : startArrivals(lanes, job.rate);
  if ('ms' in end) {
    await Promise.race([done.promise, sleep(end.warmMs)]);
    tally = createTally();
    await Promise.race([done.promise, sleep(end.ms)]);
  } else await done.promise;
  const result = readTally(tally);
  clearTimeout(timer);
  stop();
  for (const lane of lanes) lane.close();
  return result;
}

function startAll(lanes: readonly Lane[]): () => void {
  for (const lane of lanes) lane.start();
  return () => {};
}

/** Lets the lanes ask in turn, `rate` times a second in all. What is due is asked late where this process is, and timed as due. */
function startArrivals(lanes: readonly Lane[], rate: number): () => void {
  const begunAt = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    for (;;) {
      const dueAt = begunAt + (asked * 1000) / rate;
      if (dueAt > performance.now()) return;
      lanes[asked % lanes.length]?.arrive(dueAt);
      asked++;
    }
  }, 1);
  return () => clearInterval(timer);
}

/** Counts a reply that was not the right one. */
function count(tally: Tally, reply: string): void {
  tally.sample ??= reply;
  const payload = reply.slice(reply.indexOf(':') + 1, -1);
  const word = payload.split(' ', 1)[0] ?? '';
  tally.others[word] = (tally.others[word] ?? 0) + 1;
}

process.stdout.write(`${JSON.stringify(await run(job.end))}\n`);
