import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { TIMES, testClock } from '../support/world.ts';
import {
  createDaemon,
  createTestDirectory,
  createTestEngine,
  ENGINE_MODES,
  KEYS,
  type TestDaemon,
  type TestDirectory,
  type Told,
} from './fleet.ts';

const someDaemon = fc.constantFrom(0 as const, 1 as const);
const someKey = fc.constantFrom(...KEYS);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('ask' as const), daemon: someDaemon, key: someKey }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('other room' as const), key: someKey }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('person' as const), daemon: someDaemon, key: someKey }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hear' as const), daemon: someDaemon }) },
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), daemon: someDaemon }) },
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
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }),
        async (steps) => {
          const world = createWorld(seen);
          try {
            for (const each of steps) await take(world, each);
          } finally {
            for (const { lane } of [...world.daemons, world.stranger]) lane.stop();
            await pass(3000);
          }
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 100) },
    );
  } finally {
    vi.useRealTimers();
  }
  // A run that never saw one of these would have proved little.
  for (const kind of ['found', 'none', 'found of another', 'none of another', 'unknown'])
    expect(seen.get(kind), `${kind} was seen`).toBeGreaterThan(0);
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

function createWorld(seen: Map<string, number>) {
  const engine = createTestEngine();
  const [directory, other] = [createTestDirectory(), createTestDirectory()];
  directory.state.wellSince = testClock.now() - WELL_MS;
  const bus: Told[] = [];
  const open = (): TestDaemon => createDaemon(engine, directory, bus, 'people');
  const daemons: [TestDaemon, TestDaemon] = [open(), open()];
  const stranger = createDaemon(engine, other, [], 'people of others');
  return { seen, engine, directory, other, bus, open, daemons, stranger };
}

type World = ReturnType<typeof createWorld>;
type Step = typeof step extends fc.Arbitrary<infer Taken> ? Taken : never;
type StepOf<Do extends Step['do']> = Extract<Step, { do: Do }>;

async function take(world: World, each: Step): Promise<void> {
  switch (each.do) {
    case 'ask':
      return askAndJudge(world, each);
    case 'other room':
      return askElsewhere(world, each);
    case 'person':
      return change(world, each);
    case 'hear':
      world.daemons[each.daemon].hear();
      break;
    case 'wait':
      return void (await pass(each.ms));
    case 'engine':
      world.engine.state.mode = each.mode;
      break;
    case 'leap':
      return leap(world, each);
    case 'directory':
      return turn(world.directory, each.mode);
    case 'restart':
      restart(world, each);
      break;
  }
  await pass(1);
}

async function askAndJudge(world: World, { daemon, key }: StepOf<'ask'>): Promise<void> {
  const { directory, bus, seen } = world;
  const one = world.daemons[daemon];
  const arrivedAt = testClock.now();
  const asked = one.ask(key);
  await pass(205);
  const outcome = await asked;
  judge(outcome, { key, arrivedAt, directory, heard: bus.slice(0, one.heardTo()) });
  const isOthers = outcome.status !== 'unknown' && outcome.by !== undefined;
  const kind = `${outcome.status}${isOthers ? ' of another' : ''}`;
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
}

/** Another directory has whom this one has not, and the other way round; its daemon has the same key. */
async function askElsewhere(
  { directory, other, stranger }: World,
  { key }: StepOf<'other room'>,
): Promise<void> {
  if (directory.people.has(key)) other.people.delete(key);
  else other.people.add(key);
  void stranger.ask(key);
  await pass(205);
}

async function change(world: World, { daemon, key }: StepOf<'person'>): Promise<void> {
  const { directory, bus, engine } = world;
  if (!directory.people.delete(key)) directory.people.add(key);
  const idMs = Date.now() + engine.state.leapMs;
  bus.push({ news: { op: 'purge', what: { address: key } }, key, at: testClock.now(), idMs });
  world.daemons[daemon].hear();
  await pass(1);
}

/** Whoever notices first that the engine's clock was set back begins an era. */
function leap({ engine: { state } }: World, { ms }: StepOf<'leap'>): void {
  if (ms < state.leapMs) state.era += 1;
  state.leapMs = ms;
}

function restart(world: World, { daemon }: StepOf<'restart'>): void {
  world.daemons[daemon].lane.stop();
  world.daemons[daemon] = world.open();
  world.daemons[daemon].hear();
}

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
  if (outcome.status === 'none') expect(isSaid(true, NONE_MS), `said: ${about}`).toBe(true);
  else if (outcome.status === 'found' && outcome.stale === undefined)
    expect(isSaid(false, FOUND_MS), `said: ${about}`).toBe(true);
  else if (outcome.status === 'found')
    expect(isSaid(false, TIMES.staleMs + 500), `said: ${about}`).toBe(true);
  else expect(directory.state.wellSince, `said: ${about}`).toBeGreaterThan(arrivedAt - WELL_MS);
}
