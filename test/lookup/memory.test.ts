import { describe, expect, test, vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { none as nobody } from '../../src/directory/finding.ts';
import {
  createMemory,
  expire,
  forget,
  type KeptFound,
  type Memory,
  recallFound,
  resized,
} from '../../src/lookup/memory.ts';
import { unknown } from '../../src/lookup/outcome.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, SIZES, TIMES, useFakeTime } from '../support/world.ts';

const NOBODY = nobody('probe', 'scripted');

useFakeTime();

const ANN = account('ann@x.org');
const LIMIT = { inFlight: 20_000, perSecond: 1_000_000, queue: 0, queueWaitMs: 200 };
const UNKNOWN = unknown('directory', 'd0', 'refused');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const found = (entry: Entry): KeptFound<Entry> => ({
  status: 'found',
  value: [entry],
  askedAt: 0,
  prefetchAt: 1,
  freshUntil: 2,
});

/** A memory that holds so many of each kind: `f0`, `n0`, `u0` and so on. */
function filled(each: number, sizes = SIZES): Memory<Entry> {
  const memory = createMemory<Entry>(sizes);
  for (let i = 0; i < each; i++) {
    memory.found.set(`f${i}`, found(account(`f${i}@x.org`)));
    memory.none.set(`n${i}`, { outcome: NOBODY, askedAt: 0, freshUntil: 1 });
    memory.unknown.set(`u${i}`, { outcome: UNKNOWN, askedAt: 0, freshUntil: 1 });
  }
  return memory;
}
const sizeOf = ({ found: f, none, unknown: u }: Memory<Entry>) => [f.size, none.size, u.size];

describe('a flood of ten thousand names', () => {
  const flood = Array.from({ length: 10_000 }, (_, i) => `flood${i}@x.org`);

  test('that nobody has evicts nobody who is known, and is remembered within bounds', async () => {
    const people = Array.from({ length: 300 }, (_, i) => account(`n${i}@x.org`));
    const { source, memory, directory } = openDirectory('d0', people, { limit: LIMIT });
    for (const { address } of people) await source.lookup(address, contextNow());
    await Promise.all(flood.map(async (key) => source.lookup(key, contextNow())));
    expect(sizeOf(memory)).toEqual([300, SIZES.none, 0]);
    expect(memory.flights.size).toBe(0);
    const asked = directory.asked.length;
    for (const { address } of people) await source.lookup(address, contextNow());
    expect(directory.asked).toHaveLength(asked);
  });

  test('that fail evicts nobody who is known, and is remembered within bounds', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN], { limit: LIMIT });
    await source.lookup(ANN.address, contextNow());
    directory.mode = 'doubts';
    await Promise.all(flood.map(async (key) => source.lookup(key, contextNow())));
    expect(sizeOf(memory)).toEqual([1, 0, SIZES.unknown]);
  });

  test('that exist is remembered within bounds, whoever was asked for last stays', async () => {
    const { source, memory, directory } = openDirectory('d0', [], { limit: LIMIT });
    for (const key of flood) directory.people.set(key, [ANN]);
    for (const key of flood) await source.lookup(key, contextNow());
    expect(sizeOf(memory)).toEqual([SIZES.found, 0, 0]);
    expect(memory.found.has('flood9999@x.org')).toBe(true);
  });
});

describe('forget', () => {
  test('forgets what is concerned, of each kind, and says how many', async () => {
    const memory = filled(10);
    expect(await forget(memory, (key) => key.endsWith('3'))).toBe(3);
    expect(sizeOf(memory)).toEqual([9, 9, 9]);
    expect(memory.found.has('f3')).toBe(false);
  });

  test('is shown what was found', async () => {
    const memory = filled(10);
    const count = await forget(memory, (_key, value) => value?.[0]?.address === 'f7@x.org');
    expect(count).toBe(1);
    expect(memory.found.has('f7')).toBe(false);
  });

  test('is shown no value of nones and unknowns', async () => {
    const memory = filled(2);
    expect(await forget(memory, (_key, value) => value === undefined)).toBe(4);
    expect(sizeOf(memory)).toEqual([2, 0, 0]);
  });

  test('lets others be served between its slices', async () => {
    const memory = filled(12_000, { found: 12_000, none: 1, unknown: 1 });
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await forget(memory, () => true);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(memory.found.size).toBe(0);
  });

  test('counts nothing that went by itself meanwhile', async () => {
    const memory = filled(6000, { found: 6000, none: 1, unknown: 1 });
    setImmediate(() => memory.found.clear());
    expect(await forget(memory, (key) => key.startsWith('f'))).toBe(5000);
  });

  test('what a flight under way brings is answered, not kept', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    directory.mode = 'slow';
    directory.slowMs = 100;
    const answer = source.lookup(ANN.address, contextNow());
    await forget(memory, () => false);
    await pass(100);
    expect(await answer).toMatchObject({ status: 'found' });
    expect(memory.found.size).toBe(0);
  });

  test('who asks afterwards joins no flight from before, and what that brings is kept', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    const renamed = account(ANN.address, { logins: ['new'] });
    directory.mode = 'slow';
    directory.slowMs = 100;
    const before = source.lookup(ANN.address, contextNow());
    await forget(memory, () => false);
    await pass(50);
    const after = source.lookup(ANN.address, contextNow());
    await pass(50);
    directory.people.set(ANN.address, [renamed]);
    await pass(50);
    expect(await before).toMatchObject({ value: [ANN] });
    expect(await after).toMatchObject({ value: [renamed] });
    expect(memory.found.peek(ANN.address)?.value).toEqual([renamed]);
  });
});

describe('expire', () => {
  test('keeps who was found, as stale', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    expire(memory);
    directory.mode = 'fails';
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({
      status: 'found',
      stale: { cause: 'directory' },
    });
  });

  test('keeps their age', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    await pass(1000);
    expire(memory);
    directory.mode = 'fails';
    await pass(TIMES.staleMs - 1000);
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'unknown' });
  });

  test('drops what would be denied, and what failed', () => {
    const memory = filled(5);
    expire(memory);
    expect(sizeOf(memory)).toEqual([5, 0, 0]);
  });

  test('keeps the order in which they were asked for', () => {
    const memory = filled(5);
    memory.found.get('f0');
    const before = [...memory.found.keys()];
    expire(memory);
    expect([...memory.found.keys()]).toEqual(before);
  });

  test('what a flight under way brings is answered, not kept', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    directory.mode = 'slow';
    directory.slowMs = 100;
    const answer = source.lookup(ANN.address, contextNow());
    expire(memory);
    await pass(100);
    expect(await answer).toMatchObject({ status: 'found' });
    expect(memory.found.size).toBe(0);
  });
});

describe('resized', () => {
  test('is the same memory where the sizes are', () => {
    const memory = filled(5);
    expect(resized(memory, { ...SIZES })).toBe(memory);
  });

  test.each(['found', 'none', 'unknown'] as const)(
    'to fewer of %s keeps the most recent',
    (kind) => {
      const memory = filled(5);
      const [first = ''] = [...memory[kind].keys()].toReversed();
      memory[kind].get(first);
      const smaller = resized(memory, { ...SIZES, [kind]: 2 });
      expect([...smaller[kind].keys()]).toEqual([first, `${first.charAt(0)}4`]);
    },
  );

  test('to more keeps all, in their order', () => {
    const memory = filled(5);
    memory.found.get('f0');
    const larger = resized(memory, { found: 2000, none: 2000, unknown: 2000 });
    expect(sizeOf(larger)).toEqual([5, 5, 5]);
    expect([...larger.found.entries()]).toEqual([...memory.found.entries()]);
  });

  test('leaves flights behind', () => {
    const memory = filled(1);
    memory.flights.set('f9', Promise.resolve(NOBODY));
    expect(resized(memory, { ...SIZES, none: 7 }).flights.size).toBe(0);
  });
});

test('recalls who was found, fresh or not, up to the stale bound', () => {
  const memory = filled(1);
  const context = { ...contextNow(), arrivedAt: 99 };
  expect(recallFound(memory, 'f0', context, 100)).toMatchObject({ status: 'found' });
  expect(recallFound(memory, 'f0', context, 99)).toBeUndefined();
  expect(recallFound(memory, 'n0', context, 100)).toBeUndefined();
});
