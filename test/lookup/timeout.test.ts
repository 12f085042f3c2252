import { describe, expect, test, vi } from 'vitest';
import { andThen } from '../../src/directory/maybe.ts';
import { createAlarms } from '../../src/lookup/alarms.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { withTimeout } from '../../src/lookup/timeout.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const TIMEOUT_MS = 2000;
const FOUND: Outcome<string> = { status: 'found', value: ['x'] };
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const watchNow = () => ({ alarms: createAlarms(testClock), clock: testClock });

/** A flight under a timeout, whose directory does as `answer` says. */
function fly(answer: Promise<Outcome<string>>) {
  const life = new AbortController();
  const signals: AbortSignal[] = [];
  const flight = withTimeout<string>(
    watchNow(),
    TIMEOUT_MS,
    'd0',
  )((_key, signal) => {
    signals.push(signal);
    return answer;
  });
  const outcomes: Outcome<string>[] = [];
  const settled = andThen(flight('key', life.signal), (outcome) => outcomes.push(outcome));
  return { life, signals, outcomes, settled };
}
const never = new Promise<never>(() => {});

test('ends a question that takes too long, and tells the directory so', async () => {
  const { outcomes, signals } = fly(never);
  await pass(TIMEOUT_MS - 1);
  expect(outcomes).toEqual([]);
  expect(signals[0]?.aborted).toBe(false);
  await pass(1);
  expect(outcomes).toMatchObject([{ cause: 'timeout', reason: 'no answer within 2000 ms' }]);
  expect(signals[0]?.aborted).toBe(true);
});

test('ends a question with the daemon', async () => {
  const { life, outcomes, signals } = fly(never);
  life.abort();
  await pass(0);
  expect(outcomes).toMatchObject([{ cause: 'shutdown' }]);
  expect(signals[0]?.aborted).toBe(true);
});

test('asks nothing once the daemon has ended', async () => {
  const life = new AbortController();
  life.abort();
  const asked = vi.fn<() => Promise<Outcome<string>>>();
  const flight = withTimeout<string>(watchNow(), TIMEOUT_MS, 'd0')(asked);
  expect(await flight('key', life.signal)).toMatchObject({ cause: 'shutdown' });
  expect(asked).not.toHaveBeenCalled();
});

describe('an answer in time', () => {
  test('is handed on, its signal never aborted', async () => {
    const { outcomes, signals } = fly(Promise.resolve(FOUND));
    await pass(2 * TIMEOUT_MS);
    expect(outcomes).toEqual([FOUND]);
    expect(signals[0]?.aborted).toBe(false);
  });

  test('leaves one timer and one listener for all of them, which ends with its time', async () => {
    const life = new AbortController();
    const add = vi.spyOn(life.signal, 'addEventListener');
    const flight = withTimeout<string>(watchNow(), TIMEOUT_MS, 'd0')(async () => FOUND);
    for (let i = 0; i < 100; i++) await flight('key', life.signal);
    expect(vi.getTimerCount()).toBe(1);
    expect(add).toHaveBeenCalledOnce();
    await pass(TIMEOUT_MS);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not ended with the daemon', async () => {
    const { life, outcomes, signals, settled } = fly(Promise.resolve(FOUND));
    await settled;
    life.abort();
    await pass(0);
    expect(outcomes).toEqual([FOUND]);
    expect(signals[0]?.aborted).toBe(false);
  });

  test('even a bug, leaves nothing to end', async () => {
    const { settled, signals } = fly(Promise.reject(new TypeError('a planted bug')));
    await expect(settled).rejects.toThrow('a planted bug');
    await pass(TIMEOUT_MS);
    expect(signals[0]?.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('a question outlives its callers until then, and fills the memory', async () => {
  const { source, directory } = openDirectory('d0', [account('ann@x.org')]);
  directory.mode = 'slow';
  directory.slowMs = TIMEOUT_MS - 1;
  void source.lookup('ann@x.org', contextNow());
  await pass(TIMEOUT_MS);
  expect(source.lookup('ann@x.org', contextNow())).toMatchObject({ status: 'found' });
});

test('what hangs is remembered as unknown by timeout', async () => {
  const { source, directory } = openDirectory('d0', [account('ann@x.org')]);
  directory.mode = 'hangs';
  void source.lookup('ann@x.org', contextNow());
  await pass(TIMEOUT_MS);
  expect(source.lookup('ann@x.org', contextNow())).toMatchObject({ cause: 'timeout' });
  expect(directory.inFlight).toBe(0);
});
