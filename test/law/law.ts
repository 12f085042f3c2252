import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import type { Answer } from '../../src/maps/answer.ts';
import { account, createScripted, group, type Mode } from '../support/scripted.ts';
import { buildMaps, contextNow, DEADLINE_MS, guardDirectory, testClock } from '../support/world.ts';
import { judge, MAPS, type MapName, type Reply } from './model.ts';

/** `bug`: a policy of ours throws. */
const MODES: readonly (Mode | 'bug')[] = [
  'well',
  'slow',
  'fails',
  'hangs',
  'blind',
  'doubts',
  'forgets',
  'bug',
];
const NAMES = ['ann', 'bob', 'ann+x'];
const CROWD = Array.from({ length: 14 }, (_, i) => `n${i}`);

/** Just before and just after each bound: deadline, probe, timeout, unknown, none, prefetch, fresh, stale. */
const WAITS = [
  1, 199, 301, 999, 1001, 2001, 4400, 5600, 8900, 11_100, 49_600, 53_900, 66_100, 299_000, 301_000,
];

const PEOPLE: Readonly<Record<string, (address: string) => readonly Entry[]>> = {
  nobody: () => [],
  account: (address) => [account(address)],
  disabled: (address) => [account(address, { enabled: false })],
  alias: (address) => [account('boss@x.org', { aliases: [address] })],
  loginless: (address) => [account(address, { logins: [] })],
  group: (address) => [group(address, ['carl@elsewhere.example'])],
};

type Step =
  | {
      readonly do: 'ask';
      readonly names: readonly string[];
      readonly map: MapName;
      readonly at: string;
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'mode'; readonly which: number; readonly mode: Mode | 'bug' }
  | { readonly do: 'person'; readonly which: number; readonly name: string; readonly kind: string };

const which = fc.constantFrom(0, 1);
const some = fc.shuffledSubarray([...NAMES, ...NAMES, ...NAMES], { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      names: fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: fc.constant(CROWD) }),
      map: fc.constantFrom(...MAPS),
      at: fc.constantFrom('x.org', 'x.org', 'x.org', 'y.org'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(...WAITS) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('mode' as const),
      which,
      mode: fc.oneof(fc.constant('well' as const), fc.constantFrom(...MODES)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('person' as const),
      which,
      name: fc.constantFrom(...NAMES),
      kind: fc.constantFrom(...Object.keys(PEOPLE)),
    }),
  },
);

/** A domain of two directories, and its twin. */
function createWorld() {
  const directories = [createScripted(), createScripted()] as const;
  // A flood of flips leaves many unknown, and TEMP is no proof of anything: here each is asked for again.
  const guarded = directories.map((directory, i) =>
    guardDirectory(`d${i}`, directory, { flips: 1000 }),
  );
  const wellSince = directories.map(() => testClock.now());
  const buggy = new Set<number>();
  for (const [i, { guard }] of guarded.entries()) {
    const enter = guard.limiter.enter.bind(guard.limiter);
    guard.limiter.enter = (rank) => {
      if (buggy.has(i)) throw new TypeError('a planted bug');
      return enter(rank);
    };
  }
  const maps = buildMaps(
    { 'x.org': { directories: ['d0', 'd1'] }, 'y.org': { aliasOf: 'x.org' } },
    Object.fromEntries(guarded.map(({ source }, i) => [`d${i}`, source])),
  );
  const setMode = (i: number, mode: Mode | 'bug'): void => {
    const directory = directories[i];
    if (directory === undefined) return;
    const wasWell = directory.mode === 'well' && !buggy.has(i);
    directory.mode = mode === 'bug' ? 'well' : mode;
    if (mode === 'bug') buggy.add(i);
    else buggy.delete(i);
    if (mode !== 'well') wellSince[i] = Number.POSITIVE_INFINITY;
    else if (!wasWell) wellSince[i] = testClock.now();
  };
  return {
    directories,
    maps,
    setMode,
    wellSince,
    stop: () => guarded.forEach(({ guard }) => guard.stop()),
  };
}
type World = ReturnType<typeof createWorld>;

/** Runs any sequence of questions, time and faults against the law of DESIGN's promise. */
export async function checkLaw(runs: number): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
        async (steps) => {
          const world = createWorld();
          try {
            for (const each of steps) await take(world, each, seen);
            expect(unhandled).toEqual([]);
          } finally {
            world.stop();
          }
        },
      ),
      { numRuns: runs },
    );
  } finally {
    vi.useRealTimers();
    process.off('unhandledRejection', note);
  }
  return seen;
}

async function take(world: World, each: Step, seen: Map<string, number>): Promise<void> {
  if (each.do === 'wait') await vi.advanceTimersByTimeAsync(each.ms);
  else if (each.do === 'mode') world.setMode(each.which, each.mode);
  else if (each.do === 'person') {
    const address = `${each.name}@x.org`;
    world.directories[each.which === 0 ? 0 : 1].people.set(
      address,
      PEOPLE[each.kind]?.(address) ?? [],
    );
  } else {
    const arrivedAt = testClock.now();
    for (const reply of await ask(world, each.map, each.names, each.at)) {
      const label = `${each.map} ${reply.answer.status}`;
      seen.set(label, (seen.get(label) ?? 0) + 1);
      expect(reply.afterMs).toBeLessThanOrEqual(DEADLINE_MS + 2);
      judge(world, each.map, reply, each.at, arrivedAt);
    }
  }
}

async function ask(
  world: World,
  map: MapName,
  names: readonly string[],
  at: string,
): Promise<readonly Reply[]> {
  const context = contextNow();
  const replies: Reply[] = [];
  const rejected: unknown[] = [];
  for (const name of names) {
    const settle = (answer: Answer): void => {
      replies.push({ name, answer, afterMs: testClock.now() - context.arrivedAt });
    };
    const answer = world.maps[map](`${name}@${at}`, context);
    if (answer instanceof Promise) answer.then(settle, (error: unknown) => rejected.push(error));
    else settle(answer);
  }
  await vi.advanceTimersByTimeAsync(DEADLINE_MS + 5);
  expect(rejected).toEqual([]);
  expect(replies).toHaveLength(names.length);
  return replies;
}
