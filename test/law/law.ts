import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import type { Answer } from '../../src/maps/answer.ts';
import { account, group } from '../support/scripted.ts';
import { contextNow, DEADLINE_MS, testClock } from '../support/world.ts';
import { judge, MAPS, type MapName, type Reply } from './model.ts';
import { createWorld, type LawMode, type Turn, type World } from './world.ts';

const MODES: readonly LawMode[] = [
  'well',
  'slow',
  'fails',
  'hangs',
  'blind',
  'doubts',
  'forgets',
  'bug',
];
const RARE: readonly LawMode[] = ['loses', 'unproved', 'unreadable', 'disagrees'];
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
  | { readonly do: 'mode'; readonly which: number; readonly mode: LawMode }
  | { readonly do: 'person'; readonly which: number; readonly name: string; readonly kind: string }
  /** All of the crowd have accounts, are known, and their directory loses them. */
  | { readonly do: 'lose'; readonly which: number; readonly later: number; readonly turn: Turn }
  | { readonly do: 'turn'; readonly turn: Turn }
  /** A search that began before goes on after it. */
  | { readonly do: 'late'; readonly turn: Turn };

const which = fc.constantFrom(0, 1);
const TURNS: readonly Turn[] = ['restart', 'reload', 'takeover'];
const some = fc.shuffledSubarray([...NAMES, ...NAMES, ...NAMES], { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      names: fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: fc.constant(CROWD) }),
      map: fc.constantFrom(...MAPS),
      at: fc.constantFrom('x.org', 'x.org', 'x.org', 'y.org'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(...WAITS) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('mode' as const),
      which,
      mode: fc.oneof(fc.constant('well' as const), fc.constantFrom(...MODES, ...MODES, ...RARE)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('person' as const),
      which,
      name: fc.constantFrom(...NAMES),
      kind: fc.constantFrom(...Object.keys(PEOPLE)),
    }),
  },
  // Rare by chance, so drawn on purpose.
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      which,
      later: fc.constantFrom(53_900, 66_100, 120_000),
      turn: fc.constantFrom(...TURNS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      turn: fc.constantFrom(...TURNS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('late' as const), turn: fc.constantFrom(...TURNS) }),
  },
);

/**
 * Runs any sequence of questions, time and faults against the law (docs/architecture.md). A sequence that breaks it is made
 * shorter until nothing can be left out, for whoever has to read it; without `shrinks` the first one ends it.
 */
export async function checkLaw(
  runs: number,
  { shrinks = 'yes' }: { readonly shrinks?: 'yes' | 'no' } = {},
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'performance',
      'hrtime',
      'Date',
    ],
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
      { numRuns: runs, endOnFailure: shrinks === 'no' },
    );
  } finally {
    vi.useRealTimers();
    process.off('unhandledRejection', note);
  }
  return seen;
}

async function take(world: World, each: Step, seen: Map<string, number>): Promise<void> {
  switch (each.do) {
    case 'wait':
      await vi.advanceTimersByTimeAsync(each.ms);
      break;
    case 'mode':
      world.setMode(each.which, each.mode);
      break;
    case 'turn':
      world.turn(each.turn);
      break;
    case 'late':
      await overtake(world, each.turn, seen);
      break;
    case 'person':
      employ(world, each.which, each.name, PEOPLE[each.kind]);
      break;
    case 'lose':
      await lose(world, each, seen);
      break;
    case 'ask':
      await askAndJudge(world, each, seen);
      break;
  }
}

function employ(world: World, i: number, name: string, of = PEOPLE['account']): void {
  const address = `${name}@x.org`;
  world.directories[i]?.people.set(address, of?.(address) ?? []);
}

/** A search goes on over the former routes while the daemon's life changes, and ends after it. */
async function overtake(world: World, turn: Turn, seen: Map<string, number>): Promise<void> {
  for (const [i, directory] of world.directories.entries()) {
    world.setMode(i, 'slow');
    directory.slowMs = 20;
  }
  employ(world, 0, 'ann');
  const late = world.maps().mailboxes('ann+x@x.org', contextNow());
  await vi.advanceTimersByTimeAsync(60);
  world.turn(turn);
  for (const i of [0, 1]) world.setMode(i, 'well');
  await vi.advanceTimersByTimeAsync(500);
  await late;
  await askAndJudge(world, { names: ['ann'], map: 'mailboxes', at: 'x.org' }, seen);
}

async function lose(
  world: World,
  { which: i, later, turn }: Step & { do: 'lose' },
  seen: Map<string, number>,
): Promise<void> {
  for (const name of CROWD) employ(world, i, name);
  world.setMode(i, 'well');
  const question = { names: CROWD, map: 'mailboxes', at: 'x.org' } as const;
  await askAndJudge(world, question, seen);
  world.setMode(i, 'loses');
  await vi.advanceTimersByTimeAsync(later);
  await askAndJudge(world, question, seen);
  // Another life holds what was held: nobody goes who would not have gone.
  world.turn(turn);
  await vi.advanceTimersByTimeAsync(later);
  await askAndJudge(world, question, seen);
}

async function askAndJudge(
  world: World,
  { map, names, at }: Pick<Step & { do: 'ask' }, 'map' | 'names' | 'at'>,
  seen: Map<string, number>,
): Promise<void> {
  const arrivedAt = testClock.now();
  for (const reply of await ask(world, map, names, at)) {
    const label = `${map} ${reply.answer.status}`;
    seen.set(label, (seen.get(label) ?? 0) + 1);
    expect(reply.afterMs).toBeLessThanOrEqual(DEADLINE_MS + 2);
    judge(world, map, reply, at, arrivedAt);
  }
  if (world.isHeld()) seen.set('held', (seen.get('held') ?? 0) + 1);
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
    const answer = world.maps()[map](`${name}@${at}`, context);
    if (answer instanceof Promise) answer.then(settle, (error: unknown) => rejected.push(error));
    else settle(answer);
  }
  await vi.advanceTimersByTimeAsync(DEADLINE_MS + 5);
  expect(rejected).toEqual([]);
  expect(replies).toHaveLength(names.length);
  return replies;
}
