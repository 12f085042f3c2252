import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTurns, SHARE, type Turns } from '../../src/net/turns.ts';

// A turn is bounded in time, too.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** One that has `count` requests, and notes each share in `order`. */
function createWaiting(turns: Turns, name: string, count: number, order: string[]) {
  let left = count;
  const connection = {
    proceed: (requests: number): number => {
      const answered = Math.min(left, requests);
      left -= answered;
      order.push(name);
      if (left > 0) turns.later(connection);
      return answered;
    },
  };
  turns.later(connection);
  return { left: () => left };
}

test('those who wait are answered in shares, one after the other', async () => {
  const turns = createTurns();
  const order: string[] = [];
  createWaiting(turns, 'a', 2 * SHARE + 1, order);
  createWaiting(turns, 'b', SHARE + 1, order);
  createWaiting(turns, 'c', 1, order);
  await turn();
  expect(order.join('')).toBe('abcaba');
});

test.each([1, 10, 200, 1000])('a turn answers no more, however many wait: %i', async (count) => {
  const turns = createTurns();
  const all = Array.from({ length: count }, () => createWaiting(turns, '', 10_000, []));
  const left = (): number => all.reduce((sum, each) => sum + each.left(), 0);
  const before = left();
  await turn();
  expect(before - left()).toBe(128);
  await turn();
  expect(before - left()).toBe(256);
});

test('who never has anything does not hold the turn up', async () => {
  const turns = createTurns();
  const idle = { proceed: (): number => (turns.later(idle), 0) };
  turns.later(idle);
  await turn();
  const order: string[] = [];
  createWaiting(turns, 'a', 1, order);
  await turn();
  expect(order).toEqual(['a']);
});

test('a turn is over after a millisecond, however few were answered in it', async () => {
  const turns = createTurns();
  const order: string[] = [];
  for (const name of ['a', 'b', 'c'])
    turns.later({
      proceed: () => {
        vi.advanceTimersByTime(name === 'a' ? 0.5 : 1);
        return order.push(name);
      },
    });
  await turn();
  expect(order).toEqual(['a', 'b']);
  await turn();
  expect(order).toEqual(['a', 'b', 'c']);
});
