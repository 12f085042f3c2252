// Fills a memory, asks it for all at random, and prints what an entry takes and how long the collector stopped the process. Its
// argument is how many entries; Node is started with --expose-gc and what the image gives it.
import { randomUUID } from 'node:crypto';
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { entryPacking } from '../src/daemon/packing.ts';
import type { Entry } from '../src/directory/directory.ts';
import { createMemory } from '../src/lookup/memory.ts';
import { accountAt } from './questions.ts';

// As `idpmap serve` does.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=30');

const count = Number(process.argv[2]);
const stops: number[] = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) stops.push(duration);
}).observe({ entryTypes: ['gc'] });
const collect = (): void => {
  globalThis.gc?.();
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

collect();
const before = process.memoryUsage();
const memory = createMemory({ found: count, none: 1, unknown: 1 }, entryPacking);
const tenure = memory.open();
tenure.begin();
const LIFE = { askedAt: 1, goodUntil: 1_000_000, freshUntil: 1_000_000 };
const BATCH = 1000;
for (let from = 0; from < count; from += BATCH) {
  const keys = Array.from({ length: BATCH }, (_, i) => accountAt(from + i));
  await Promise.all(
    keys.map((key) =>
      tenure.depart(
        key,
        async () => ({ status: 'found', value: [personAt(key)] }),
        () => LIFE,
      ),
    ),
  );
}
collect();
await new Promise(setImmediate);
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
    longestFillingMs: Math.round(filling),
    longestAskingMs: Math.round(Math.max(0, ...stops)),
  })}\n`,
);
