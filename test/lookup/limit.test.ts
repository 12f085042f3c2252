import { describe, expect, test, vi } from 'vitest';
import { andThen } from '../../src/directory/maybe.ts';
import { createLimiter, type LimitOptions, type Rank, withLimit } from '../../src/lookup/limit.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const WIDE: LimitOptions = { inFlight: 2, perSecond: 1000, queue: 3, queueWaitMs: 200 };
const FOUND: Outcome<string> = { status: 'found', value: ['x'] };
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A limiter, and what became of whoever came to its door, by number. */
function open(options: Partial<LimitOptions> = {}) {
  const limiter = createLimiter({ ...WIDE, ...options }, testClock);
  const entered: number[] = [];
  const refused: number[] = [];
  let count = 0;
  const come = (times = 1, rank: Rank = 'stranger'): void => {
    for (let i = 0; i < times; i++) {
      const number = count++;
      const note = (isIn: boolean): void => void (isIn ? entered : refused).push(number);
      void andThen(limiter.enter(rank), note);
    }
  };
  return { limiter, come, entered, refused };
}

describe('in flight', () => {
  test('so many are let in at once, without a promise', () => {
    const { come, entered } = open();
    come(3);
    expect(entered).toEqual([0, 1]);
  });

  test('who leaves lets in whoever came first', async () => {
    const { come, entered, limiter } = open();
    come(5);
    limiter.leave();
    await pass(0);
    expect(entered).toEqual([0, 1, 2]);
    limiter.leave();
    await pass(0);
    expect(entered).toEqual([0, 1, 2, 3]);
  });

  test('nobody overtakes those who wait, though the clock has moved and no timer has', async () => {
    let now = 0;
    const limiter = createLimiter({ ...WIDE, inFlight: 9, perSecond: 1 }, { now: () => now });
    const entered: string[] = [];
    const come = async (name: string): Promise<void> => {
      const answer = limiter.enter('stranger');
      if (answer === true || (await answer)) entered.push(name);
    };
    void come('first');
    void come('second');
    now = 1000;
    void come('third');
    await pass(0);
    expect(entered).toEqual(['first', 'second']);
  });
});

describe('the queue', () => {
  test('that is full refuses at once', async () => {
    const { come, refused, limiter } = open();
    come(2 + 3 + 2);
    await pass(0);
    expect(refused).toEqual([5, 6]);
    expect(limiter.waiting()).toBe(3);
  });

  test('is waited in for its time, and no longer', async () => {
    const { come, refused, limiter } = open();
    come(4);
    await pass(199);
    expect(refused).toEqual([]);
    await pass(1);
    expect(refused).toEqual([2, 3]);
    expect(limiter.waiting()).toBe(0);
  });

  test('gives no slot to whoever has gone', async () => {
    const { come, limiter } = open();
    come(4);
    await pass(200);
    limiter.leave();
    expect(limiter.hasRoom()).toBe(true);
  });

  test('leaves no timer behind', async () => {
    const { come, limiter } = open();
    come(3);
    limiter.leave();
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('whom memory knows', () => {
  test('goes ahead of strangers, and in the order of coming among themselves', async () => {
    const { come, entered, limiter } = open({ inFlight: 1 });
    come();
    come(2);
    come(2, 'known');
    for (let i = 0; i < 4; i++) {
      limiter.leave();
      await pass(0);
    }
    expect(entered).toEqual([0, 3, 4, 1, 2]);
  });

  test('is let wait though strangers fill their queue', async () => {
    const { come, entered, refused, limiter } = open({ inFlight: 1 });
    come(1 + 3 + 1);
    come(1, 'known');
    limiter.leave();
    await pass(0);
    expect(refused).toEqual([4]);
    expect(entered).toEqual([0, 5]);
  });

  test('is asked for before strangers when its answer has aged', async () => {
    const ann = account('ann@x.org');
    const { source, directory } = openDirectory('d0', [ann], {
      limit: { inFlight: 1, perSecond: 500, queue: 100, queueWaitMs: 200 },
    });
    await source.lookup(ann.address, contextNow());
    await pass(70_000);
    directory.asked.length = 0;
    for (const name of ['a', 'b', 'c']) void source.lookup(`${name}@x.org`, contextNow());
    void source.lookup(ann.address, contextNow());
    await pass(100);
    expect(directory.asked).toEqual(['a@x.org', ann.address, 'b@x.org', 'c@x.org']);
  });
});

describe('per second', () => {
  const SLOW = { inFlight: 100, perSecond: 10, queue: 100, queueWaitMs: 5000 };

  test('so many begin at once, and then one at a time', async () => {
    const { come, entered } = open(SLOW);
    come(13);
    expect(entered).toHaveLength(10);
    await pass(99);
    expect(entered).toHaveLength(10);
    await pass(1);
    expect(entered).toHaveLength(11);
    await pass(200);
    expect(entered).toHaveLength(13);
  });

  test("no more than a second's worth is saved up", async () => {
    const { come, entered } = open(SLOW);
    await pass(60_000);
    come(20);
    expect(entered).toHaveLength(10);
  });

  test('who leaves gives back a slot and no token', async () => {
    const { come, entered, limiter } = open({ ...SLOW, inFlight: 10 });
    come(11);
    limiter.leave();
    await pass(50);
    expect(entered).toHaveLength(10);
    await pass(50);
    expect(entered).toHaveLength(11);
  });

  test('a token that comes while no slot is free is kept', async () => {
    const { come, entered, limiter } = open({ ...SLOW, inFlight: 10 });
    come(11);
    await pass(1000);
    expect(entered).toHaveLength(10);
    limiter.leave();
    await pass(0);
    expect(entered).toHaveLength(11);
  });
});

describe('a flight', () => {
  test.each([
    { what: 'an answer', fly: () => Promise.resolve(FOUND) },
    { what: 'a bug', fly: () => Promise.reject(new TypeError('a planted bug')) },
  ])('that ends with $what gives back its slot', async ({ fly }) => {
    const { limiter } = open({ inFlight: 1 });
    const flight = withLimit<string>(
      limiter,
      () => false,
      () => 'stranger',
      'd0',
    )(fly);
    await Promise.resolve(flight('key', new AbortController().signal)).catch(() => {});
    expect(limiter.hasRoom()).toBe(true);
  });

  test('spends neither slot nor token while the circuit is open', async () => {
    const { limiter } = open({ inFlight: 1, perSecond: 1 });
    const never = new Promise<never>(() => {});
    const flight = withLimit<string>(
      limiter,
      () => true,
      () => 'stranger',
      'd0',
    )(() => never);
    void flight('key', new AbortController().signal);
    expect(limiter.hasRoom()).toBe(true);
  });

  test('that is refused says unknown: overload, and asks nothing', async () => {
    const { limiter } = open({ inFlight: 0, queue: 0 });
    const asked = vi.fn<() => Promise<Outcome<string>>>();
    const flight = withLimit<string>(
      limiter,
      () => false,
      () => 'stranger',
      'd0',
    )(asked);
    const outcome = await flight('key', new AbortController().signal);
    expect(outcome).toMatchObject({ status: 'unknown', cause: 'overload', directory: 'd0' });
    expect(asked).not.toHaveBeenCalled();
  });

  test('refused does not open the circuit, and its key may be asked again at once', async () => {
    const { source, directory, lane } = openDirectory('d0', [account('ann@x.org')], {
      limit: { inFlight: 1, perSecond: 500, queue: 0, queueWaitMs: 200 },
    });
    directory.mode = 'slow';
    directory.slowMs = 100;
    const first = source.lookup('ann@x.org', contextNow());
    for (let i = 0; i < 30; i++)
      expect(await source.lookup('bob@x.org', contextNow())).toMatchObject({ cause: 'overload' });
    expect(lane.breaker.isOpen()).toBe(false);
    await pass(100);
    expect(await first).toMatchObject({ status: 'found' });
  });
});
