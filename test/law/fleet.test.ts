import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Entry, Finding } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { createFleetFigures, figuresOf } from '../../src/fleet/figures.ts';
import type { Engine, Link } from '../../src/fleet/link.ts';
import { createOutdated, type News } from '../../src/fleet/news.ts';
import { createSeal } from '../../src/fleet/seal.ts';
import { createShelf } from '../../src/fleet/shelf.ts';
import { createFleetTime } from '../../src/fleet/time.ts';
import { createRate } from '../../src/fleet/turns.ts';
import { Late, within } from '../../src/fleet/within.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { createSource } from '../../src/lookup/path.ts';
import { account, createScripted } from '../support/scripted.ts';
import { contextNow, laneFor, reign, SIZES, TIMES, testClock } from '../support/world.ts';

/** What the engine does from now on; it holds values of all daemons, of another room among them. */
const ENGINE_MODES = [
  'well',
  'late',
  'empty',
  'refuses',
  'hangs',
  'down',
  'shuffled',
  'forged',
  'old',
  'turns held',
  'counts forged',
] as const;
type EngineMode = (typeof ENGINE_MODES)[number];

const KEYS = ['ann@x.org', 'bob@x.org', 'cleo@x.org'];
const TIMEOUT_MS = 20;

/** What a directory said, of when it was looked at: the worst that may be, for the answer comes later. */
interface Said {
  readonly key: string;
  readonly begunAt: number;
  readonly at: number;
  readonly isNone: boolean;
}

function createTestDirectory() {
  const scripted = createScripted();
  const said: Said[] = [];
  const people = new Set<string>();
  const state = { delayMs: 1, fails: false, wellSince: 0 };
  const find = async (key: string): Promise<Finding<Entry>> => {
    const begunAt = testClock.now();
    const entry = people.has(key) ? account(key) : undefined;
    await new Promise((resolve) => setTimeout(resolve, state.delayMs));
    if (state.fails) throw new Error('it fails');
    said.push({ key, begunAt, at: testClock.now(), isNone: entry === undefined });
    return entry === undefined
      ? none('connection', 'looked at')
      : { status: 'found', value: [entry] };
  };
  return { scripted: Object.assign(scripted, { find }), said, people, state };
}

type TestDirectory = ReturnType<typeof createTestDirectory>;

/** An engine in memory that lies as its mode says. */
function createTestEngine() {
  const values = new Map<string, Buffer>();
  const former = new Map<string, Buffer>();
  const turns = new Set<string>();
  const state = { mode: 'well' as EngineMode, leapMs: 0, era: 0 };
  const speak = async <R>(reply: () => R): Promise<R> => {
    const { mode } = state;
    if (mode === 'hangs') return new Promise(() => {});
    await new Promise((resolve) => setTimeout(resolve, mode === 'late' ? 30 : 1));
    if (mode === 'refuses') throw new Error('OOM');
    return reply();
  };
  const read = (name: string): Buffer | null => {
    const all = [...values.values()];
    if (state.mode === 'empty') return null;
    if (state.mode === 'forged') return Buffer.from(values.get(name) ?? 'no').fill(7, 30);
    if (state.mode === 'shuffled') return all[(all.length * 7 + name.length) % all.length] ?? null;
    if (state.mode === 'old') return former.get(name) ?? values.get(name) ?? null;
    return values.get(name) ?? null;
  };
  const engine = {
    getBuffer: (name: string) => speak(() => read(name)),
    set: (name: string, value: Buffer | string, ...how: readonly unknown[]) =>
      speak(() => {
        if (how.includes('NX')) {
          if (state.mode === 'turns held' || turns.has(name)) return null;
          turns.add(name);
          setTimeout(() => turns.delete(name), Number(how[1]));
          return 'OK';
        }
        const before = values.get(name);
        if (before !== undefined) former.set(name, before);
        values.set(name, Buffer.from(value));
        return 'OK';
      }),
    del: (name: string) => speak(() => Number(turns.delete(name))),
    incr: () => speak(() => (state.mode === 'counts forged' ? 1e9 : 1)),
    decr: () => speak(() => 0),
    mget: () => speak(() => [null, null, null]),
    pexpire: () => speak(() => 1),
  };
  return { engine, state };
}

type TestEngine = ReturnType<typeof createTestEngine>;

interface Told {
  readonly news: News;
  readonly key: string;
  /** On the daemons' clock, and by the engine's. */
  readonly at: number;
  readonly idMs: number;
}

function createDaemon(
  { engine, state }: TestEngine,
  directory: TestDirectory,
  bus: readonly Told[],
  room: string,
) {
  const memory = createMemory<Entry>(SIZES);
  const tenure = reign(memory);
  const time = createFleetTime();
  let era = 0;
  const beat = (): void => {
    const local = testClock.now();
    time.set(Date.now() + state.leapMs, local, local);
    era = state.era;
  };
  beat();
  const link: Link = {
    isUp: () => state.mode !== 'down',
    time,
    // The commands that a shelf gives are those that it has.
    ask: async (command) => {
      try {
        return await within(command(engine as unknown as Engine), TIMEOUT_MS);
      } catch (error) {
        if (!(error instanceof Late || error instanceof Error)) throw error;
        return undefined;
      }
    },
    deliver: (command) => command(engine as unknown as Engine),
    send: (command, refused = () => {}) => void command(engine as unknown as Engine).catch(refused),
    stop: () => {},
  };
  const outdated = createOutdated('people');
  const figures = createFleetFigures();
  const { lane } = laneFor('people', directory.scripted, { flips: 1000, flipsGuard: 1 });
  const shelf = createShelf<Entry>({
    link,
    seal: createSeal([Buffer.alloc(32, 3)]),
    base: 'idpmap:test',
    room,
    me: 'me',
    name: 'host',
    outdated,
    since: () => 0,
    era: () => String(era),
    rate: createRate({ base: 'r', perSecond: 500, members: () => 1, clock: testClock }),
    figures,
    counted: figuresOf(figures, 'people'),
    foundMs: TIMES.staleMs,
    noneMs: TIMES.freshNoneMs,
    turnMs: 2500,
  });
  const source = createSource<Entry>(
    (key, how) => directory.scripted.find(key, how),
    tenure,
    lane,
    TIMES,
    { shelf, waitMs: 80 },
  );
  let heard = 0;
  return {
    lane,
    beat,
    heardTo: () => heard,
    hear: () => {
      beat();
      for (const { news, key, at, idMs } of bus.slice(heard)) {
        // When it was told, by whom; and when the engine took it.
        const now = time.now() ?? 0;
        outdated.note(news, Math.max(time.toFleet(at) ?? 0, Math.min(idMs, now)));
        void memory.forget((each) => each === key);
      }
      heard = bus.length;
    },
    ask: async (key: string): Promise<Outcome<Entry>> => source.lookup(key, contextNow()),
  };
}

type TestDaemon = ReturnType<typeof createDaemon>;

const daemon = fc.constantFrom(0, 1);
const key = fc.constantFrom(...KEYS);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('ask' as const), daemon, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('other room' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('person' as const), daemon, key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hear' as const), daemon }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(50, 600, 4000, 9990, 15_000, 50_000, 61_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('engine' as const),
      mode: fc.constantFrom(...ENGINE_MODES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('leap' as const),
      ms: fc.constantFrom(-3_600_000, -3000, -500, 400, 3000, 3_600_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('directory' as const),
      mode: fc.constantFrom('well', 'slow', 'fails'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), daemon }) },
);

/** A *none* is as old as its second look, a *found* as its jitter; both as the fleet's clock is read. */
const NONE_MS = TIMES.freshNoneMs * 1.1 + 500;
const FOUND_MS = TIMES.freshMs * 1.1 + 500;
const WELL_MS = 12_000;

test('whatever the engine says, nobody is denied but on a fresh none of this directory, and nobody deferred while it is well', {
  timeout: 600_000,
}, async () => {
  const seen = new Map<string, number>();
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }),
        async (steps) => {
          const engine = createTestEngine();
          const [directory, other] = [createTestDirectory(), createTestDirectory()];
          directory.state.wellSince = testClock.now() - WELL_MS;
          const bus: Told[] = [];
          const open = (): TestDaemon => createDaemon(engine, directory, bus, 'people');
          const daemons = [open(), open()];
          const stranger = createDaemon(engine, other, [], 'people of others');
          try {
            for (const each of steps) {
              const one = 'daemon' in each ? daemons[each.daemon] : undefined;
              switch (each.do) {
                case 'ask': {
                  if (one === undefined) break;
                  const arrivedAt = testClock.now();
                  const asked = one.ask(each.key);
                  await pass(205);
                  const outcome = await asked;
                  judge(outcome, {
                    key: each.key,
                    arrivedAt,
                    directory,
                    heard: bus.slice(0, one.heardTo()),
                  });
                  const by =
                    outcome.status !== 'unknown' && outcome.by !== undefined ? ' of another' : '';
                  seen.set(outcome.status + by, (seen.get(outcome.status + by) ?? 0) + 1);
                  break;
                }
                case 'other room':
                  // It has whom this one has not.
                  if (directory.people.has(each.key)) other.people.delete(each.key);
                  else other.people.add(each.key);
                  void stranger.ask(each.key);
                  await pass(205);
                  break;
                case 'person':
                  if (!directory.people.delete(each.key)) directory.people.add(each.key);
                  bus.push({
                    news: { op: 'purge', what: { address: each.key } },
                    key: each.key,
                    at: testClock.now(),
                    idMs: Date.now() + engine.state.leapMs,
                  });
                  one?.hear();
                  await pass(1);
                  break;
                case 'hear':
                  one?.hear();
                  await pass(1);
                  break;
                case 'wait':
                  await pass(each.ms);
                  break;
                case 'engine':
                  engine.state.mode = each.mode;
                  break;
                case 'leap':
                  // Whoever notices first begins an era.
                  if (each.ms < engine.state.leapMs) engine.state.era += 1;
                  engine.state.leapMs = each.ms;
                  break;
                case 'directory':
                  turn(directory, each.mode);
                  break;
                case 'restart':
                  daemons[each.daemon]?.lane.stop();
                  daemons[each.daemon] = open();
                  daemons[each.daemon]?.hear();
                  break;
              }
            }
          } finally {
            for (const { lane } of [...daemons, stranger]) lane.stop();
            await pass(3000);
          }
        },
      ),
      {
        numRuns: Number(process.env['RUNS'] ?? 100),
        endOnFailure: process.env['ONCE'] !== undefined,
      },
    );
  } finally {
    vi.useRealTimers();
  }
  // A run that never saw one of these would have proved little.
  for (const kind of ['found', 'none', 'found of another', 'none of another', 'unknown'])
    expect(seen.get(kind), kind).toBeGreaterThan(0);
});

function turn({ state }: TestDirectory, mode: string): void {
  const isWell = mode === 'well';
  state.fails = mode === 'fails';
  state.delayMs = mode === 'slow' ? 260 : 1;
  if (!isWell) state.wellSince = Number.POSITIVE_INFINITY;
  else if (state.wellSince === Number.POSITIVE_INFINITY) state.wellSince = testClock.now();
}

interface Basis {
  readonly key: string;
  readonly arrivedAt: number;
  readonly directory: TestDirectory;
  /** What the daemon has heard before it was asked. */
  readonly heard: readonly Told[];
}

function judge(outcome: Outcome<Entry>, { key, arrivedAt, directory, heard }: Basis): void {
  const lastNews = Math.max(
    Number.NEGATIVE_INFINITY,
    ...heard.filter((told) => told.key === key).map(({ at }) => at),
  );
  const isSaid = (isNone: boolean, withinMs: number): boolean =>
    directory.said.some(
      (said) =>
        said.key === key &&
        said.isNone === isNone &&
        said.at >= arrivedAt - withinMs &&
        // What was looked at in the instant of the change may be of either side of it.
        said.begunAt >= lastNews,
    );
  const about = `${key} at ${arrivedAt}: ${JSON.stringify(directory.said.filter((said) => said.key === key).slice(-4))}, news ${lastNews}`;
  if (outcome.status === 'none') expect(isSaid(true, NONE_MS), about).toBe(true);
  else if (outcome.status === 'found' && outcome.stale === undefined)
    expect(isSaid(false, FOUND_MS), about).toBe(true);
  else if (outcome.status === 'found') expect(isSaid(false, TIMES.staleMs + 500), about).toBe(true);
  else expect(directory.state.wellSince, about).toBeGreaterThan(arrivedAt - WELL_MS);
}
