import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { account } from '../support/scripted.ts';
import {
  buildMaps,
  contextNow,
  DEADLINE_MS,
  openDirectory,
  show,
  testClock,
  useFakeTime,
} from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Notes what a question gets, and when. */
function watch<V>(answer: V | Promise<V>) {
  const begun = performance.now();
  const seen: { readonly value: V; readonly afterMs: number }[] = [];
  void Promise.resolve(answer).then((value) =>
    seen.push({ value, afterMs: performance.now() - begun }),
  );
  return seen;
}

function openSlow(slowMs: number) {
  const opened = openDirectory('d0', [ANN]);
  opened.directory.mode = 'slow';
  opened.directory.slowMs = slowMs;
  return opened;
}

test('says unknown at the deadline, not before', async () => {
  const { source } = openSlow(DEADLINE_MS + 100);
  const seen = watch(source.lookup(ANN.address, contextNow()));
  await pass(DEADLINE_MS - 1);
  expect(seen).toEqual([]);
  await pass(1);
  expect(seen).toMatchObject([
    { afterMs: DEADLINE_MS, value: { status: 'unknown', cause: 'deadline', directory: 'd0' } },
  ]);
});

test('says so no later where the clock that is read for each question stood still meanwhile', async () => {
  let stoodAt: number | undefined;
  const clock: Clock = { now: () => stoodAt ?? testClock.now() };
  const { source, directory } = openDirectory('d0', [ANN], { clock });
  // It leaves a timer that goes on, and wakes before the next deadline.
  await source.lookup(ANN.address, contextNow());
  await pass(DEADLINE_MS - 50);
  directory.mode = 'hangs';
  const seen = watch(source.lookup('who@x.org', contextNow()));
  stoodAt = testClock.now();
  await pass(DEADLINE_MS);
  expect(seen).toMatchObject([{ afterMs: DEADLINE_MS, value: { cause: 'deadline' } }]);
});

test('an answer in time takes no longer than the directory', async () => {
  const { source } = openSlow(DEADLINE_MS - 1);
  const seen = watch(source.lookup(ANN.address, contextNow()));
  await pass(DEADLINE_MS);
  expect(seen).toMatchObject([{ afterMs: DEADLINE_MS - 1, value: { status: 'found' } }]);
});

test('answers in time leave no timer of their own behind', async () => {
  const { source } = openDirectory('d0', [ANN]);
  const idle = vi.getTimerCount();
  await source.lookup(ANN.address, contextNow());
  const before = vi.getTimerCount();
  for (const name of ['bob', 'cid', 'dan']) await source.lookup(`${name}@x.org`, contextNow());
  expect(vi.getTimerCount()).toBe(before);
  await pass(60_000);
  expect(vi.getTimerCount()).toBe(idle);
});

describe('a late answer', () => {
  test('fills the memory: the retry is answered at once', async () => {
    const { source, directory } = openSlow(DEADLINE_MS + 100);
    void source.lookup(ANN.address, contextNow());
    await pass(DEADLINE_MS + 100);
    expect(source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
    expect(directory.asked).toHaveLength(1);
  });

  test('fills the memory with a none as well, once it is proved', async () => {
    const { source, directory } = openSlow(DEADLINE_MS + 100);
    void source.lookup('who@x.org', contextNow());
    await pass(2 * (DEADLINE_MS + 100));
    expect(source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
    expect(directory.asked).toHaveLength(1);
  });

  test('is there for whoever joined it later', async () => {
    const { source } = openSlow(DEADLINE_MS + 100);
    const first = watch(source.lookup(ANN.address, contextNow()));
    await pass(DEADLINE_MS - 50);
    const second = watch(source.lookup(ANN.address, contextNow()));
    await pass(DEADLINE_MS);
    expect(first).toMatchObject([{ value: { cause: 'deadline' } }]);
    expect(second).toMatchObject([{ afterMs: 150, value: { status: 'found' } }]);
  });
});

test('is one budget for all candidates and directories', async () => {
  const slow = [openSlow(120), openSlow(120)] as const;
  const maps = buildMaps(
    { 'x.org': { directories: ['d0', 'd1'] } },
    { d0: slow[0].source, d1: slow[1].source },
  );
  const seen = watch(maps.mailboxes('who+x@x.org', contextNow()));
  await pass(5 * DEADLINE_MS);
  expect(seen.map(({ value, afterMs }) => [show(value), afterMs])).toEqual([
    ['TEMP idpmap deadline d0', DEADLINE_MS],
  ]);
});

test('a question that comes too late already is unknown at once, and still asked', async () => {
  const { source, directory } = openSlow(50);
  const { arrivedAt } = contextNow();
  await pass(10);
  const seen = watch(source.lookup(ANN.address, { arrivedAt, deadline: arrivedAt + 5 }));
  await pass(1);
  expect(seen).toMatchObject([{ value: { cause: 'deadline' } }]);
  expect(directory.asked).toEqual([ANN.address]);
});
