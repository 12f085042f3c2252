import { describe, expect, test, vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import { account } from '../support/scripted.ts';
import {
  contextNow,
  openDirectory,
  reign,
  SIZES,
  sizesOf,
  TIMES,
  useFakeTime,
} from '../support/world.ts';
import { fill, LIFE, NOBODY, put, UNKNOWN } from './filled.ts';

useFakeTime();

const ANN = account('ann@x.org');
const LIMIT = { inFlight: 20_000, perSecond: 1_000_000, queue: 0, queueWaitMs: 200 };
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a flood of ten thousand names', () => {
  const flood = Array.from({ length: 10_000 }, (_, i) => `flood${i}@x.org`);

  test('that nobody has evicts nobody who is known, and is remembered within bounds', async () => {
    const people = Array.from({ length: 300 }, (_, i) => account(`n${i}@x.org`));
    const { source, memory, directory } = openDirectory('d0', people, { limit: LIMIT });
    for (const { address } of people) await source.lookup(address, contextNow());
    await Promise.all(flood.map(async (key) => source.lookup(key, contextNow())));
    expect(sizesOf(memory)).toEqual([300, SIZES.none, 0]);
    expect(memory.sizes().flights).toBe(0);
    const asked = directory.asked.length;
    for (const { address } of people) await source.lookup(address, contextNow());
    expect(directory.asked).toHaveLength(asked);
  });

  test('that fail evicts nobody who is known, and is remembered within bounds', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN], { limit: LIMIT });
    await source.lookup(ANN.address, contextNow());
    directory.mode = 'doubts';
    await Promise.all(flood.map(async (key) => source.lookup(key, contextNow())));
    expect(sizesOf(memory)).toEqual([1, 0, SIZES.unknown]);
  });

  test('that exist is remembered within bounds, whoever was asked for last stays', async () => {
    const { source, memory, tenure, directory } = openDirectory('d0', [], { limit: LIMIT });
    for (const key of flood) directory.people.set(key, [ANN]);
    for (const key of flood) await source.lookup(key, contextNow());
    expect(sizesOf(memory)).toEqual([SIZES.found, 0, 0]);
    expect(tenure.known('flood9999@x.org')).toBeDefined();
  });
});

describe('what counts', () => {
  test.each([
    { kind: 'a found', key: 'f0' },
    { kind: 'a none', key: 'n0' },
    { kind: 'an unknown', key: 'u0' },
  ])('$kind counts until its time, and not from then on', async ({ key }) => {
    const { tenure } = await fill(1);
    expect(tenure.fresh(key, LIFE.freshUntil - 1)).toMatchObject(LIFE);
    expect(tenure.fresh(key, LIFE.freshUntil)).toBeUndefined();
  });

  test('a fault that came after a none has expired counts, though the none still lies there', async () => {
    const { memory, tenure } = await fill(1);
    const later = { ...LIFE, freshUntil: 9 };
    await put(tenure, 'n0', UNKNOWN, later);
    expect(sizesOf(memory)).toEqual([1, 1, 2]);
    expect(tenure.fresh('n0', 5)).toMatchObject({ status: 'unknown' });
    expect(tenure.hasFailed('n0', 8)).toBe(true);
    expect(tenure.hasFailed('n0', 9)).toBe(false);
  });

  test('what is kept is a copy: whoever found it may change his own', async () => {
    const memory = createMemory<Entry>(SIZES);
    const value = [account('f0@x.org')];
    await put(reign(memory), 'f0', { status: 'found', value });
    value.pop();
    expect(memory.open().known('f0')?.value).toEqual([account('f0@x.org')]);
  });

  test('recalls who was found, fresh or not, up to the stale bound', async () => {
    const { tenure } = await fill(1);
    expect(tenure.recall('f0', 99, 100)).toMatchObject({ status: 'found' });
    expect(tenure.recall('f0', 99, 99)).toBeUndefined();
    expect(tenure.recall('n0', 99, 100)).toBeUndefined();
  });
});

describe('forget', () => {
  test('forgets what is concerned, of each kind, and says how many', async () => {
    const { memory, tenure } = await fill(10);
    expect(await memory.forget((key) => key.endsWith('3'))).toBe(3);
    expect(sizesOf(memory)).toEqual([9, 9, 9]);
    expect(tenure.known('f3')).toBeUndefined();
  });

  test('is shown what was found', async () => {
    const { memory, tenure } = await fill(10);
    const count = await memory.forget((_key, value) => value?.[0]?.address === 'f7@x.org');
    expect(count).toBe(1);
    expect(tenure.known('f7')).toBeUndefined();
  });

  test('is shown no value of nones and unknowns', async () => {
    const { memory } = await fill(2);
    expect(await memory.forget((_key, value) => value === undefined)).toBe(4);
    expect(sizesOf(memory)).toEqual([2, 0, 0]);
  });

  test('lets others be served between its slices', async () => {
    const { memory } = await fill(12_000, { found: 12_000, none: 1, unknown: 1 });
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await memory.forget(() => true);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(sizesOf(memory)).toEqual([0, 0, 0]);
  });

  test('counts nothing that went by itself meanwhile', async () => {
    const { memory, tenure } = await fill(6000, { found: 6000, none: 1, unknown: 1 });
    setImmediate(() => {
      for (let i = 0; i < 6000; i++) void put(tenure, `f${i}`, NOBODY);
    });
    expect(await memory.forget((key) => key.startsWith('f'))).toBeLessThan(6000);
  });

  test('what a flight under way brings is answered, not kept', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    directory.mode = 'slow';
    directory.slowMs = 100;
    const answer = source.lookup(ANN.address, contextNow());
    await memory.forget(() => false);
    await pass(100);
    expect(await answer).toMatchObject({ status: 'found' });
    expect(sizesOf(memory)).toEqual([0, 0, 0]);
  });

  test('who asks afterwards joins no flight from before, and what that brings is kept', async () => {
    const { source, memory, tenure, directory } = openDirectory('d0', [ANN]);
    const renamed = account(ANN.address, { logins: ['new'] });
    directory.mode = 'slow';
    directory.slowMs = 100;
    const before = source.lookup(ANN.address, contextNow());
    await memory.forget(() => false);
    await pass(50);
    const after = source.lookup(ANN.address, contextNow());
    await pass(50);
    directory.people.set(ANN.address, [renamed]);
    await pass(50);
    expect(await before).toMatchObject({ value: [ANN] });
    expect(await after).toMatchObject({ value: [renamed] });
    expect(tenure.known(ANN.address)?.value).toEqual([renamed]);
  });

  test('of faults leaves the rest', async () => {
    const { memory } = await fill(3);
    memory.forgetFaults();
    expect(sizesOf(memory)).toEqual([3, 3, 0]);
  });
});

describe('expire', () => {
  test('keeps who was found, as stale', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    memory.expire();
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
    memory.expire();
    directory.mode = 'fails';
    await pass(TIMES.staleMs - 1000);
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'unknown' });
  });

  test('what is found from then on is fresh', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    memory.expire();
    await source.lookup(ANN.address, contextNow());
    expect(source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
    expect(directory.asked).toHaveLength(2);
  });

  test('drops what would be denied, and what failed, and keeps the order of the rest', async () => {
    const { memory, tenure } = await fill(5);
    tenure.recall('f0', 0, 1);
    const before = memory.keys();
    memory.expire();
    expect(sizesOf(memory)).toEqual([5, 0, 0]);
    expect(memory.keys()).toEqual(before);
  });

  test('takes nobody in hand: of a hundred thousand none is touched', async () => {
    const memory = createMemory<Entry>({ found: 100_000, none: 1, unknown: 1 });
    for (let i = 0; i < 100_000; i++)
      memory.restore({ key: `f${i}`, ageMs: 0, value: [ANN] }, 0, 0);
    const kept = memory.open().known('f7');
    memory.expire();
    expect(memory.open().known('f7')).toBe(kept);
  });

  test('what a flight under way brings is answered, not kept', async () => {
    const { source, memory, directory } = openDirectory('d0', [ANN]);
    directory.mode = 'slow';
    directory.slowMs = 100;
    const answer = source.lookup(ANN.address, contextNow());
    memory.expire();
    await pass(100);
    expect(await answer).toMatchObject({ status: 'found' });
    expect(sizesOf(memory)).toEqual([0, 0, 0]);
  });
});
