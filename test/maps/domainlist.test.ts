import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { none } from '../../src/directory/finding.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { type Outcome, unknown } from '../../src/lookup/outcome.ts';
import { createDomainList } from '../../src/maps/domainlist.ts';
import { useFakeTime } from '../support/world.ts';

const NOBODY = none('probe', 'scripted');

useFakeTime();

const REFRESH_MS = 60_000;
const SILENT = unknown('directory', 'staff', 'refused');
const TEN = Array.from({ length: 10 }, (_, i) => `d${i}.org`);
const listing = (names: readonly string[]): Outcome<string> =>
  names.length === 0 ? NOBODY : { status: 'found', value: names };

async function open(first: Outcome<string>) {
  const logged: string[] = [];
  const log: Log = { ...silentLog, error: (_fields, message) => logged.push(message) };
  let outcome = first;
  let asked = 0;
  const list = createDomainList({
    name: 'staff',
    ask: async () => {
      asked += 1;
      return outcome;
    },
    refreshMs: REFRESH_MS,
    guard: 0.1,
    log,
  });
  await vi.advanceTimersByTimeAsync(0);
  return {
    list,
    logged,
    asked: () => asked,
    names: () => [...(list.names() ?? ['not known'])],
    /** The directory lists `names` from now on, or fails, and is asked again. */
    lists: async (next: Outcome<string>) => {
      outcome = next;
      await vi.advanceTimersByTimeAsync(REFRESH_MS);
    },
  };
}

test('knows nothing until the directory has listed its domains', async () => {
  expect((await open(SILENT)).names()).toEqual(['not known']);
});

test('asks each second until then', async () => {
  const { asked } = await open(SILENT);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked()).toBe(4);
});

test('asks at each refresh afterwards', async () => {
  const { asked } = await open(listing(TEN));
  await vi.advanceTimersByTimeAsync(2 * REFRESH_MS);
  expect(asked()).toBe(3);
});

test('asks at once where it is told of a change, and then in its time', async () => {
  const { list, asked } = await open(listing(TEN));
  list.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(2);
  await vi.advanceTimersByTimeAsync(REFRESH_MS - 1);
  expect(asked()).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked()).toBe(3);
});

test('asks each second after a change until the directory lists its domains again', async () => {
  const { list, lists, asked } = await open(listing(TEN));
  await lists(SILENT);
  list.refresh();
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked()).toBe(5);
});

test('asks again where a change comes while it asks', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome<string>>();
  let asked = 0;
  const list = createDomainList({
    name: 'staff',
    ask: () => {
      asked += 1;
      return promise;
    },
    refreshMs: REFRESH_MS,
    guard: 0.1,
    log: silentLog,
  });
  onTestFinished(() => list.stop());
  list.refresh();
  resolve(listing(TEN));
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toBe(2);
});

test('asks no more for a change once it is stopped', async () => {
  const { list, asked } = await open(listing(TEN));
  list.stop();
  list.refresh();
  await vi.advanceTimersByTimeAsync(REFRESH_MS);
  expect(asked()).toBe(1);
});

test('asks no more once it is stopped', async () => {
  const { list, asked } = await open(listing(TEN));
  list.stop();
  await vi.advanceTimersByTimeAsync(2 * REFRESH_MS);
  expect(asked()).toBe(1);
});

test('a list that comes after the stop changes nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome<string>>();
  const list = createDomainList({
    name: 'staff',
    ask: () => promise,
    refreshMs: REFRESH_MS,
    guard: 0.1,
    log: silentLog,
  });
  list.stop();
  resolve(listing(TEN));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.names()).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('normalises domains and drops what is none', async () => {
  const { names } = await open(listing(['EXÄMPLE.test.', 'not one', 'x/y', 'X.org']));
  expect(names()).toEqual(['xn--exmple-cua.test', 'x.org']);
});

test('keeps the last good set, and counts, while the directory fails', async () => {
  const { lists, names, list } = await open(listing(TEN));
  await lists(SILENT);
  expect(names()).toEqual(TEN);
  expect(list.figures.failures).toBe(1);
});

describe('what vanished', () => {
  test.each([
    { what: 'nothing', next: [...TEN, 'new.org'] },
    { what: 'as much as the guard allows', next: TEN.slice(1) },
  ])('$what: is taken', async ({ next }) => {
    const { lists, names, list } = await open(listing(TEN));
    await lists(listing(next));
    expect(names()).toEqual(next);
    expect(list.figures.held).toBe(0);
  });

  test.each([
    { what: 'more than the guard allows', next: TEN.slice(2) },
    { what: 'more than that, though as many came', next: [...TEN.slice(2), 'a.org', 'b.org'] },
    { what: 'everything', next: [] },
  ])('$what: is held, told and counted', async ({ next }) => {
    const { lists, names, list, logged } = await open(listing(TEN));
    await lists(listing(next));
    expect(names()).toEqual(TEN);
    expect(list.figures.held).toBe(1);
    expect(logged).toEqual([expect.stringContaining('run idpmap accept staff')]);
  });

  test('everything, of one domain: is held', async () => {
    const { lists, names } = await open(listing(['x.org']));
    await lists(NOBODY);
    expect(names()).toEqual(['x.org']);
  });

  test('the same again: is told once', async () => {
    const { lists, list, logged } = await open(listing(TEN));
    await lists(NOBODY);
    await lists(NOBODY);
    expect(logged).toHaveLength(1);
    expect(list.figures.held).toBe(1);
  });

  test('something else: is told again', async () => {
    const { lists, logged } = await open(listing(TEN));
    await lists(NOBODY);
    await lists(listing(TEN.slice(5)));
    expect(logged).toHaveLength(2);
  });
});

test('an empty list is held at the start too, and nothing is known', async () => {
  const { names, list } = await open(NOBODY);
  expect(names()).toEqual(['not known']);
  expect(list.figures.held).toBe(1);
});

describe('accept', () => {
  test('takes what is held, and says what that was', async () => {
    const { lists, names, list } = await open(listing(TEN));
    await lists(listing(TEN.slice(5)));
    expect(list.accept()).toBe('5 domains instead of 10');
    expect(names()).toEqual(TEN.slice(5));
  });

  test('takes an empty list at the start', async () => {
    const { names, list } = await open(NOBODY);
    expect(list.accept()).toBe('0 domains instead of 0');
    expect(names()).toEqual([]);
  });

  test('says nothing where nothing is held', async () => {
    const { list } = await open(listing(TEN));
    expect(list.accept()).toBeUndefined();
  });

  test('says nothing once the domains are back', async () => {
    const { lists, names, list } = await open(listing(TEN));
    await lists(NOBODY);
    await lists(listing(TEN));
    expect(list.accept()).toBeUndefined();
    expect(names()).toEqual(TEN);
  });

  test('an accepted set is what the next one is judged by', async () => {
    const { lists, list, names } = await open(listing(TEN));
    await lists(listing(TEN.slice(5)));
    list.accept();
    await lists(listing(TEN.slice(5)));
    expect(list.figures.held).toBe(1);
    expect(names()).toEqual(TEN.slice(5));
  });
});

describe('restore', () => {
  test('sets what was known before a restart', async () => {
    const { list, names } = await open(SILENT);
    list.restore(['X.org']);
    expect(names()).toEqual(['x.org']);
  });

  test('does not take the place of what is known by now', async () => {
    const { list, names } = await open(listing(TEN));
    list.restore(['x.org']);
    expect(names()).toEqual(TEN);
  });

  test('of nothing leaves it unknown', async () => {
    const { list, names } = await open(SILENT);
    list.restore([]);
    expect(names()).toEqual(['not known']);
  });

  test('what was restored guards what is listed next', async () => {
    const { list, names, lists } = await open(SILENT);
    list.restore(TEN);
    await lists(listing(TEN.slice(5)));
    expect(names()).toEqual(TEN);
  });
});

test('asks nothing while it rests, and at once when it is woken', async () => {
  const { list, asked } = await open(listing(TEN));
  list.rest();
  list.refresh();
  await vi.advanceTimersByTimeAsync(3 * REFRESH_MS);
  expect([asked(), list.isResting()]).toEqual([1, true]);
  list.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect([asked(), list.isResting()]).toEqual([2, false]);
});
