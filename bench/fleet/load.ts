// Mail that comes in at all daemons of a fleet: its one argument is a FleetLoadJob, what it prints is a FleetLoadResult, both JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { createDice } from '../../test/soak/dice.ts';
import { Histogram, type Latency } from '../histogram.ts';
import { accountAt, drawZipf, strangerAt } from '../questions.ts';

/** What it is to do. */
export interface FleetLoadJob {
  /** Where each daemon listens. */
  readonly endpoints: readonly Endpoint[];
  readonly map: string;
  /** How many there are of whom some get much more mail than others (Zipf), and of strangers, to whom every tenth goes. */
  readonly people: number;
  readonly strangers: number;
  /** Lookups a second of all daemons together: each goes to any of them. */
  readonly rate: number;
  readonly warmMs: number;
  readonly ms: number;
}

/** What it saw after it was warm. */
export interface FleetLoadResult {
  readonly replies: number;
  readonly right: number;
  readonly doubts: number;
  /** Got no reply within a long time: the machine has none. */
  readonly lost: number;
  readonly wrong: readonly string[];
  readonly latency: Latency;
}

const CONNECTIONS_EACH = 6;
const SEED = 7;
const TIMEOUT_MS = 10_000;

/** Who asks a job: our own parent, with types that both share. */
const job: FleetLoadJob = JSON.parse(process.argv[2] ?? '{}');
const dice = createDice(SEED);
const order = drawZipf(job.people);
const clients = job.endpoints.map((endpoint) =>
  Array.from({ length: CONNECTIONS_EACH }, () =>
    createSocketmapClient({ endpoint, timeoutMs: TIMEOUT_MS }),
  ),
);
let drawn = 0;
let warm = false;
let right = 0;
let doubts = 0;
let lost = 0;
const wrong: string[] = [];
let latency = new Histogram();

/** Whom it asks for next, and how that is answered. */
function draw(): readonly [address: string, expected: 'OK' | 'NOTFOUND'] {
  drawn += 1;
  return dice.throw(10) === 0
    ? [strangerAt(dice.throw(job.strangers)), 'NOTFOUND']
    : [accountAt(order[drawn % order.length] ?? 0), 'OK'];
}

async function askOne(dueAt: number): Promise<void> {
  const daemon = clients[dice.throw(clients.length)];
  const client = daemon?.[dice.throw(CONNECTIONS_EACH)];
  const [address, expected] = draw();
  const reply = await client?.ask(job.map, address).catch(() => undefined);
  if (!warm) return;
  latency.record(Math.max(0, performance.now() - dueAt));
  if (reply === undefined) lost += 1;
  else if (reply.status === expected) right += 1;
  else if (reply.status === 'TEMP') doubts += 1;
  else wrong.push(`${address}: ${reply.status}`);
}

const begunAt = performance.now();
const underWay = new Set<Promise<void>>();
for (let i = 0; ; i++) {
  const dueAt = begunAt + (i * 1000) / job.rate;
  if (dueAt > begunAt + job.warmMs + job.ms) break;
  if (!warm && dueAt >= begunAt + job.warmMs) {
    warm = true;
    latency = new Histogram();
    process.stdout.write('warm\n');
  }
  const early = dueAt - performance.now();
  if (early > 1) await sleep(early);
  const one = askOne(dueAt).finally(() => underWay.delete(one));
  underWay.add(one);
}
process.stdout.write('over\n');
await Promise.all(underWay);
const result: FleetLoadResult = {
  replies: right + doubts + wrong.length,
  lost,
  right,
  doubts,
  wrong,
  latency: latency.read(),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
for (const client of clients.flat()) client.close();
