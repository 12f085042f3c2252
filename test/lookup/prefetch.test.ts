import { describe, expect, test, vi } from 'vitest';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const RENAMED = account('ann@x.org', { logins: ['new'] });
const HOT_MS = TIMES.freshMs * TIMES.prefetch;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A directory that has answered for ann, `ageMs` ago. */
async function openAged(ageMs: number, options: Parameters<typeof openDirectory>[2] = {}) {
  const opened = openDirectory('d0', [ANN], options);
  await opened.source.lookup(ANN.address, contextNow());
  await pass(ageMs);
  return { ...opened, ask: () => opened.source.lookup(ANN.address, contextNow()) };
}

test('a found before 75 % of its life is left alone', async () => {
  const { ask, directory } = await openAged(HOT_MS - 1);
  void ask();
  expect(directory.asked).toHaveLength(1);
});

test('a found from 75 % of its life is refreshed in the background', async () => {
  const { ask, directory, lane } = await openAged(HOT_MS);
  directory.people.set(ANN.address, [RENAMED]);
  expect(ask(), 'the question that began it').toMatchObject({ value: [ANN] });
  await pass(0);
  expect(ask(), 'the next').toMatchObject({ value: [RENAMED] });
  expect(lane.figures.prefetched).toBe(1);
});

test('the refreshed found begins its life anew', async () => {
  const { ask, directory } = await openAged(HOT_MS);
  void ask();
  await pass(HOT_MS - 1);
  expect(ask()).toMatchObject({ status: 'found' });
  expect(directory.asked).toHaveLength(2);
});

test('many questions are one refresh', async () => {
  const { ask, directory } = await openAged(HOT_MS);
  directory.mode = 'slow';
  for (let i = 0; i < 100; i++) void ask();
  expect(directory.asked).toHaveLength(2);
});

test('a refresh that says none ends the found', async () => {
  const { ask, directory } = await openAged(HOT_MS);
  directory.people.clear();
  void ask();
  await pass(0);
  expect(ask()).toMatchObject({ status: 'none' });
});

describe('a refresh that fails', () => {
  test('leaves the found, fresh as it is', async () => {
    const { ask, directory } = await openAged(HOT_MS);
    directory.mode = 'fails';
    void ask();
    await pass(0);
    expect(ask()).not.toHaveProperty('stale');
    expect(ask()).toMatchObject({ status: 'found' });
  });

  test('is not tried again before the time of an unknown', async () => {
    const { ask, directory } = await openAged(HOT_MS);
    directory.mode = 'fails';
    void ask();
    await pass(TIMES.unknownMs - 1);
    void ask();
    expect(directory.asked).toHaveLength(2);
    await pass(1);
    void ask();
    expect(directory.asked).toHaveLength(3);
  });
});

test('a refresh never waits for a slot', async () => {
  const limit = { inFlight: 1, perSecond: 500, queue: 1000, queueWaitMs: 200 };
  const { ask, directory, source, lane } = await openAged(HOT_MS, { limit });
  directory.mode = 'hangs';
  void source.lookup('other@x.org', contextNow());
  void ask();
  expect(lane.limiter.waiting()).toBe(0);
  expect(lane.figures.prefetched).toBe(0);
});

test('a refresh never waits for a token', async () => {
  const limit = { inFlight: 32, perSecond: 1, queue: 1000, queueWaitMs: 200 };
  const { ask, source, lane } = await openAged(HOT_MS, { limit });
  void source.lookup('other@x.org', contextNow());
  void ask();
  expect(lane.figures.prefetched).toBe(0);
});

test('nothing is refreshed while the circuit is open', async () => {
  const { ask, directory, source, lane } = await openAged(HOT_MS - 1);
  directory.mode = 'fails';
  for (let i = 0; i < 20; i++) await source.lookup(`n${i}@x.org`, contextNow());
  expect(lane.breaker.isOpen()).toBe(true);
  await pass(1);
  expect(ask()).toMatchObject({ status: 'found' });
  expect(lane.figures.prefetched).toBe(0);
});
