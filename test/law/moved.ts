import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { mirrored } from '../../src/lookup/mirror.ts';
import type { Mirror } from '../../src/mirror/mirror.ts';
import { ADDRESSES, type How, MOST, type Move, MovedWorld } from './movedworld.ts';
import { openLawMirror } from './openmirror.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

type Step =
  | Move
  | { readonly do: 'feed'; readonly how: How }
  /** So long passes, and those whose grace is over are asked for; then the feed says that it has told all. */
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'ask'; readonly address: number }
  | { readonly do: Other };

type Other = 'up' | 'down' | 'restart' | 'accept';

const who = fc.nat(MOST);
const address = fc.nat(ADDRESSES.length - 1);
const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('move' as const), address, who }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('rename' as const, 'renew', 'swap'), who }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('feed' as const),
        how: fc.constantFrom<How>('changes', 'late', 'late', 'listing', 'missing', 'behind'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        minutes: fc.constantFrom(1, 16, 16, 600),
      }),
    },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('ask' as const), address }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Step>(
        { do: 'up' },
        { do: 'up' },
        { do: 'down' },
        { do: 'restart' },
        { do: 'accept' },
      ),
    },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** What was seen, and how often. */
export type Seen = Map<string, number>;

/**
 * Checks through `runs` plans that an address which somebody has all the time is denied to nobody, whoever has it and whatever of
 * that a feed left out; rejects with the first plan that breaks it.
 */
export async function checkMoved(
  runs: number,
  { shrinks = 'yes' }: { readonly shrinks?: 'yes' | 'no' } = {},
): Promise<Seen> {
  const seen: Seen = new Map();
  await fc.assert(
    fc.asyncProperty(STEPS, fc.constantFrom(0.1, 0.6), (plan, guard) =>
      carryOut(plan, guard, seen),
    ),
    { numRuns: runs, endOnFailure: shrinks === 'no' },
  );
  return seen;
}

async function carryOut(plan: readonly Step[], guard: number, seen: Seen): Promise<void> {
  const folder = mkdtempSync(join(FOLDER, 'moved-law-'));
  const world = new MovedWorld();
  const open = async (): Promise<Mirror> => {
    world.restart();
    const opened = await openIn(world, join(folder, 'd.db'), guard);
    opened.begin();
    return opened;
  };
  let mirror = await open();
  const ask = async (of: string): Promise<void> => {
    const { policy } = mirrored(mirror, 'd');
    const context = { arrivedAt: world.now, deadline: world.now + 200 };
    let isAsked = false;
    const { status } = await policy((key) => {
      isAsked = true;
      return world.live(key);
    })(of, context);
    const what = `${status}${isAsked ? ', asked' : ''}`;
    seen.set(what, (seen.get(what) ?? 0) + 1);
    const held = JSON.stringify(mirror.status());
    assert(status !== 'none', `${of} is denied, and somebody has it: ${held}`);
  };
  const wait = async (minutes: number): Promise<void> => {
    world.now += minutes * MINUTE;
    await mirror.tick();
    if (world.isUp) await world.feed('quiet');
  };
  const other: { readonly [K in Other]: () => unknown } = {
    up: () => (world.isUp = true),
    down: () => (world.isUp = false),
    accept: () => mirror.accept(),
    restart: async () => {
      await mirror.stop();
      mirror = await open();
    },
  };
  const take = async (step: Step): Promise<unknown> => {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- all others happen to the mirror
    switch (step.do) {
      case 'feed':
        return world.feed(step.how);
      case 'wait':
        return wait(step.minutes);
      case 'ask':
        return ask(ADDRESSES[step.address] ?? '');
      case 'move':
      case 'rename':
      case 'renew':
      case 'swap':
        return world.take(step);
      default:
        return other[step.do]();
    }
  };
  try {
    for (const step of plan) {
      world.now += 1;
      await take(step);
      await mirror.tick();
    }
    await wait(16);
    world.isUp = false;
    for (const each of ADDRESSES) await ask(each);
  } finally {
    await mirror.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const openIn = (world: MovedWorld, path: string, guard: number): Promise<Mirror> =>
  openLawMirror(() => world.now, {
    settings: {
      path,
      whenAbsent: 'deny',
      acceptFor: 7 * DAY,
      denyFor: 7 * DAY,
      guard,
      grace: 15 * MINUTE,
    },
    follow: (cursor, signal) => world.follow(cursor, signal),
    confirm: world.confirm,
  });

/** A file is a file wherever it lies, and in memory there is no disk to wait for. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
