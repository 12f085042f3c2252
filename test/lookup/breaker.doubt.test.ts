import { expect, test, vi } from 'vitest';
import { type Log, silentLog } from '../../src/log.ts';
import { contextNow, openDirectory, useFakeTime } from '../support/world.ts';

useFakeTime();

const DOUBT = 'too many flips';
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A directory whose circuit a doubt can open, and what is told of it. */
function open() {
  const errors: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => errors.push(fields) };
  const opened = openDirectory('d0', [], { log });
  return { ...opened, errors, breaker: opened.guard.breaker };
}

test('a doubt opens the circuit and says why, once', () => {
  const { breaker, errors } = open();
  breaker.open(DOUBT);
  breaker.open(DOUBT);
  expect(breaker.isOpen()).toBe(true);
  expect(errors).toEqual([{ directory: 'd0', reason: DOUBT }]);
});

test('a circuit that a doubt opened closes at the next probe', async () => {
  const { breaker } = open();
  breaker.open(DOUBT);
  await pass(1000);
  expect(breaker.isOpen()).toBe(false);
});

test('a circuit that failures open later gives its own reason', async () => {
  const { breaker, errors, source, directory } = open();
  breaker.open(DOUBT);
  await pass(1000);
  directory.mode = 'fails';
  for (let i = 0; i < 10; i++) await source.lookup(`n${i}@x.org`, contextNow());
  expect(errors.at(-1)).toEqual({
    directory: 'd0',
    reason: 'too many questions to the directory fail',
  });
});

test('a doubt after the end leaves no timer', () => {
  const { breaker, guard } = open();
  guard.stop();
  breaker.open(DOUBT);
  expect(vi.getTimerCount()).toBe(0);
});
