import type { Entry, Finding } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import type { Engine } from '../../src/fleet/engine.ts';
import { createFleetFigures, figuresOf } from '../../src/fleet/figures.ts';
import type { Link } from '../../src/fleet/link.ts';
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
export const ENGINE_MODES = [
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

export const KEYS = ['ann@x.org', 'bob@x.org', 'cleo@x.org'];
const TIMEOUT_MS = 20;

/** What a directory said, of when it was looked at: the worst that may be, for the answer comes later. */
interface Said {
  readonly key: string;
  readonly begunAt: number;
  readonly at: number;
  readonly isNone: boolean;
}

export function createTestDirectory() {
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

export type TestDirectory = ReturnType<typeof createTestDirectory>;

/** An engine in memory that lies as its mode says. */
export function createTestEngine() {
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

export interface Told {
  readonly news: News;
  readonly key: string;
  /** On the daemons' clock, and by the engine's. */
  readonly at: number;
  readonly idMs: number;
}

export function createDaemon(
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
  // The commands that a shelf gives are those that it has.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const commands = engine as unknown as Engine;
  const link: Link = {
    isUp: () => state.mode !== 'down',
    since: () => 0,
    reason: () => undefined,
    time,
    ask: async (command) => {
      try {
        return await within(command(commands), TIMEOUT_MS);
      } catch (error) {
        if (!(error instanceof Late || error instanceof Error)) throw error;
        return undefined;
      }
    },
    deliver: (command) => command(commands),
    send: (command, refused = () => {}) => void command(commands).catch(refused),
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
    undefined,
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

export type TestDaemon = ReturnType<typeof createDaemon>;
