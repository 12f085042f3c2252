// Fills a memory, asks it for all at random, and prints what an entry takes, how long the collector stopped the process, which on a
// loaded machine is mostly others' time, and how much CPU a whole collection takes, which is nobody else's. Its argument is how many
// entries; Node is started with --expose-gc and what the image gives it.
import { randomUUID } from 'node:crypto';
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { entryPacking } from '../src/daemon/packing.ts';
import type { Entry } from '../src/directory/directory.ts';
import { createMemory, type Tenure } from '../src/lookup/memory.ts';
import { accountAt } from './questions.ts';

// As `idpmap serve` does.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=30');

const count = Number(process.argv[2]);
const stops: number[] = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) stops.push(duration);
}).observe({ entryTypes: ['gc'] });
const collect = (): number => {
  const before = process.cpuUsage();
  globalThis.gc?.();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** A plain person, as directories give them: text that is its own, and no part of another. */
const personAt = (key: string): Entry => ({
  id: ownText(randomUUID()),
  kind: 'account',
  address: key,
  aliases: [],
  logins: [ownText(key.slice(0, key.indexOf('@')))],
  members: [],
  enabled: true,
});
const ownText = (text: string): string => Buffer.from(text).toString();

const LIFE = { askedAt: 1, goodUntil: 1_000_000, freshUntil: 1_000_000 };
const BATCH = 1000;

async function fill(entries: number): Promise<Tenure<Entry>> {
  const tenure = createMemory({ found: entries, none: 1, unknown: 1 }, entryPacking).open();
  tenure.begin();
  for (let from = 0; from < entries; from += BATCH) {
    const keys = Array.from({ length: BATCH }, (_, i) => accountAt(from + i));
    await Promise.all(
      keys.map(async (key) =>
        tenure.depart(
          key,
          async () => ({ status: 'found', value: [personAt(key)] }),
          () => LIFE,
        ),
      ),
    );
    await new Promise(setImmediate);
  }
  return tenure;
}

// Another one before it: what the code itself takes once it has run is no entry's.
await fill(10 * BATCH);
collect();
const before = process.memoryUsage();
const tenure = await fill(count);
collect();
await new Promise(setImmediate);
const collections = Array.from({ length: 5 }, collect);
const filled = process.memoryUsage();
const filling = Math.max(...stops);
stops.length = 0;
let found = 0;
for (let i = 0; i < 2_000_000; i++) {
  const kept = tenure.fresh(accountAt(Math.trunc(Math.random() * count)), 2);
  if (kept?.status === 'found') found += 1;
  if (i % BATCH === 0) await new Promise(setImmediate);
}
process.stdout.write(
  `${JSON.stringify({
    count,
    found,
    rss: Math.round((filled.rss - before.rss) / count),
    heap: Math.round(
      (filled.heapUsed + filled.external - before.heapUsed - before.external) / count,
    ),
    collectionCpuMs: Math.round(Math.min(...collections)),
    longestFillingMs: Math.round(filling),
    longestAskingMs: Math.round(Math.max(0, ...stops)),
  })}\n`,
);
