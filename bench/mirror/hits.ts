import { join } from 'node:path';
import { preciseClock } from '../../src/clock.ts';
import type { Change, Entry, Listed, Maybe } from '../../src/directory/directory.ts';
import { silentLog } from '../../src/log.ts';
import { createAlarms } from '../../src/lookup/alarms.ts';
import { withDeadline } from '../../src/lookup/deadline.ts';
import { createMemory, type Tenure } from '../../src/lookup/memory.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import { createFigures, withObservation } from '../../src/lookup/observe.ts';
import {
  type Context,
  chain,
  type Lookup,
  type Outcome,
  unknown,
} from '../../src/lookup/outcome.ts';
import { remembering } from '../../src/lookup/remember.ts';
import { withStale } from '../../src/lookup/stale.ts';
import { beginTally } from '../../src/lookup/tally.ts';
import { type Mirror, openMirror } from '../../src/mirror/mirror.ts';
import { accountAt } from '../questions.ts';
import { type Spread, spreadOf } from '../report.ts';
import type { Stage } from '../stage.ts';

const PEOPLE = 20_000;
const BATCH = 200;
const HOT = 1000;
const ROUNDS = 15;
const EACH = 20_000;

/** CPU of one lookup, in microseconds, round by round. */
export interface HitTimes {
  readonly memory: readonly number[];
  readonly hit: readonly number[];
  readonly miss: readonly number[];
  /** Of twenty thousand people, most of whom were not asked for of late. */
  readonly anybody: readonly number[];
}

/** What a mirror's hits and misses cost next to memory's, in this process and without the wire, in rounds that alternate. */
export async function timeHits(stage: Stage): Promise<HitTimes> {
  const mirror = await open(stage);
  mirror.begin();
  while (!mirror.status().isInStep) await new Promise((resolve) => setTimeout(resolve, 5));
  const tenure = createMemory<Entry>({ found: 100_000, none: 50_000, unknown: 10_000 }).open();
  const remembered = rememberedBy(tenure);
  const ask = chain<Lookup<Entry>>(
    [withObservation(createFigures(), 'd'), mirrored(mirror, 'd').policy],
    remembered,
  );
  tenure.begin();
  // As many as there are: a small map is quicker than a large one.
  for (let i = 0; i < PEOPLE; i++) await depart(tenure, i);
  const now = preciseClock.now();
  const context: Context = { arrivedAt: now, deadline: now + 200 };
  const hot = Array.from({ length: HOT }, (_, i) => accountAt(i));
  const absent = hot.map((address) => `no.${address}`);
  const times = {
    memory: new Array<number>(),
    hit: new Array<number>(),
    miss: new Array<number>(),
    anybody: new Array<number>(),
  };
  // One more goes before, so that all code is compiled.
  for (let round = 0; round <= ROUNDS; round++) {
    if (round === 1) for (const each of Object.values(times)) each.length = 0;
    times.memory.push(timeOnce((i) => remembered(hot[i % HOT] ?? '', context)));
    times.hit.push(timeOnce((i) => ask(hot[i % HOT] ?? '', context)));
    times.miss.push(timeOnce((i) => ask(absent[i % HOT] ?? '', context)));
    times.anybody.push(timeOnce(() => ask(accountAt(Math.trunc(Math.random() * PEOPLE)), context)));
  }
  await mirror.stop();
  return times;
}

/** How much more one costs than another, round by round. */
export const compareTimes = (one: readonly number[], other: readonly number[]): Spread =>
  spreadOf(one.map((micros, round) => micros / (other[round] ?? Number.NaN)));

function timeOnce(put: (i: number) => unknown): number {
  const from = process.cpuUsage();
  for (let i = 0; i < EACH; i++) {
    beginTally();
    put(i);
  }
  const { user, system } = process.cpuUsage(from);
  return (user + system) / EACH;
}

const depart = (tenure: Tenure<Entry>, i: number): Maybe<unknown> =>
  tenure.depart(
    accountAt(i),
    async () => ({ status: 'found', value: [person(i)] }),
    () => ({ askedAt: 0, goodUntil: 1e9, freshUntil: 1e9 }),
  );

/** All that a lookup passes which memory answers. */
function rememberedBy(tenure: Tenure<Entry>): Lookup<Entry> {
  const figures = createFigures();
  const nobody = async (): Promise<Outcome<Entry>> => unknown('bug', 'd', 'asked');
  return chain<Lookup<Entry>>(
    [
      withObservation(figures, 'd'),
      withStale(tenure, 1e9, 'd'),
      withDeadline(createAlarms(preciseClock), 'd'),
    ],
    remembering(nobody, {
      name: 'd',
      tenure,
      times: { freshMs: 1e9, freshNoneMs: 1e9, unknownMs: 1e9, staleMs: 1e9, prefetch: 1 },
      clock: preciseClock,
      lifetime: new AbortController().signal,
      hasRoom: () => false,
      figures,
      report: () => {},
      log: silentLog,
    }),
  );
}

const open = ({ directory }: Stage): Promise<Mirror> =>
  openMirror({
    name: 'd',
    settings: {
      path: join(directory, 'hits.db'),
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

async function* follow(
  _cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[]> {
  yield [{ kind: 'listing', part: 'p' }];
  for (let from = 0; from < PEOPLE; from += BATCH) {
    const some = Array.from({ length: BATCH }, (_, i) => person(from + i));
    yield [{ kind: 'put', entries: some.map((each) => [`p:${each.id}`, each] as const) }];
  }
  yield [{ kind: 'listed', part: 'p' }];
  yield [{ kind: 'mark', cursor: 'c', agoMs: 0, nextMs: 3_600_000, tellsNew: true }];
  const ended = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => ended.reject(new Error('ended')));
  await ended.promise;
}

const person = (i: number): Listed => ({
  id: `id-${i}`,
  kind: 'account',
  address: accountAt(i),
  aliases: [],
  logins: [`u${i}`],
  members: [],
  enabled: true,
  names: [],
});
