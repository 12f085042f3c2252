import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { preciseClock } from '../src/clock.ts';
import type { Change, Entry, Listed } from '../src/directory/directory.ts';
import { silentLog } from '../src/log.ts';
import { createMemory } from '../src/lookup/memory.ts';
import { mirrored } from '../src/lookup/mirror.ts';
import type { Context, Outcome } from '../src/lookup/outcome.ts';
import { openMirror } from '../src/mirror/mirror.ts';

/**
 * A mirror of many people in this process, by itself: `node bench/mirror.ts [PEOPLE]`. Says what a listing costs, what lookups
 * cost meanwhile, and what a hit and a miss cost beside memory's, in alternating rounds.
 */
const PEOPLE = Number(process.argv[2] ?? 1_000_000);
const BATCH = 200;
const HOT = 1000;
const ROUNDS = 15;
const EACH = 20_000;

const person = (i: number): Listed => ({
  id: `id-${i}`,
  kind: 'account',
  address: `person${i}@example.org`,
  aliases: Array.from(
    { length: 4 },
    (_, k) => `alias${k}.${(i * 7919 + k) % 10_000_019}.${i}@example.org`,
  ),
  logins: [`person${i}`, `p${i}`],
  members: [],
  enabled: true,
  names: [],
});

async function* follow(
  _cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[]> {
  if (_cursor === undefined) {
    yield [{ kind: 'listing', part: 'p' }];
    for (let i = 0; i < PEOPLE; i += BATCH) {
      const some = Array.from({ length: Math.min(BATCH, PEOPLE - i) }, (_, k) => person(i + k));
      yield [{ kind: 'put', entries: some.map((each) => [`p:${each.id}`, each] as const) }];
    }
    yield [{ kind: 'listed', part: 'p' }];
  }
  yield [{ kind: 'mark', cursor: 'c', agoMs: 0, nextMs: 3_600_000, tellsNew: true }];
  await new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('ended'))),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'mirror-bench-'));
const open = () =>
  openMirror({
    name: 'd',
    settings: {
      path: join(folder, 'd.db'),
      whenAbsent: 'deny',
      acceptFor: 1e9,
      denyFor: 0,
      guard: 0.1,
      grace: 1e6,
    },
    fingerprint: 'f',
    follow,
    confirm: async () => 'gone',
    rules: { sharedAliases: false },
    limits: { depth: 5, members: 1000 },
    changed: () => {},
    released: () => {},
    clock: preciseClock,
    log: silentLog,
  });

const rssMiB = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);
const inStep = async (mirror: Awaited<ReturnType<typeof open>>): Promise<void> => {
  while (!mirror.status().isInStep) await new Promise((resolve) => setTimeout(resolve, 5));
};
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? 0;

const before = rssMiB();
let mirror = await open();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const begun = performance.now();
const cpu = process.cpuUsage();
mirror.begin();
const meanwhile: number[] = [];
while (!mirror.status().isInStep) {
  const from = performance.now();
  mirror.say(`person${Math.trunc(Math.random() * PEOPLE)}@example.org`, preciseClock.now());
  meanwhile.push(performance.now() - from);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
delay.disable();
const { user, system } = process.cpuUsage(cpu);
console.log(
  `listing of ${PEOPLE}: ${((performance.now() - begun) / 1000).toFixed(1)} s, own CPU ${((user + system) / 1e6).toFixed(1)} s`,
);
console.log(
  `event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(1)} ms; lookups p99 ${percentile(meanwhile, 0.99).toFixed(3)} ms`,
);
console.log(
  `RSS ${before} -> ${rssMiB()} MiB, file ${Math.round(mirror.status().bytes / 2 ** 20)} MiB`,
);
await mirror.stop();
const restarted = performance.now();
mirror = await open();
mirror.begin();
await inStep(mirror);
console.log(`in step ${Math.round(performance.now() - restarted)} ms after a restart`);

const memory = createMemory<Entry>({ found: 100_000, none: 50_000, unknown: 10_000 });
const tenure = memory.open();
tenure.begin();
const life = { askedAt: 0, goodUntil: 1e12, freshUntil: 1e12 };
for (let i = 0; i < HOT; i++)
  await tenure.depart(
    person(i).address,
    async () => ({ status: 'found', value: [person(i)] }),
    () => life,
  );
const { policy } = mirrored(mirror, 'd');
const ask = policy(
  (): Outcome<Entry> => ({ status: 'unknown', cause: 'bug', directory: 'd', reason: 'asked' }),
);
const context: Context = { arrivedAt: preciseClock.now(), deadline: preciseClock.now() + 200 };
const hot = Array.from({ length: HOT }, (_, i) => person(i).address);
const absent = Array.from({ length: HOT }, (_, i) => `nobody${i}@example.org`);
const ways: Readonly<Record<string, (i: number) => unknown>> = {
  'memory, hit': (i) => tenure.fresh(hot[i % HOT] ?? '', context.arrivedAt),
  'mirror, hot hit': (i) => ask(hot[i % HOT] ?? '', context),
  'mirror, miss (1000 strangers)': (i) => ask(absent[i % HOT] ?? '', context),
  'mirror, random hit': () =>
    ask(`person${Math.trunc(Math.random() * PEOPLE)}@example.org`, context),
  'mirror, new stranger': (i) => ask(`who${i}.${Math.random()}@example.org`, context),
};
const times = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const [way, put] of Object.entries(ways)) {
    const from = process.cpuUsage();
    for (let i = 0; i < EACH; i++) put(i);
    const used = process.cpuUsage(from);
    times.get(way)?.push((used.user + used.system) / EACH);
  }
for (const [way, all] of times) console.log(`${way}: ${percentile(all, 0.5).toFixed(2)} us of CPU`);
await mirror.stop();
rmSync(folder, { recursive: true, force: true });
