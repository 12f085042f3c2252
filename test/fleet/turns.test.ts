import { expect, test, vi } from 'vitest';
import { createRate, type Rate } from '../../src/fleet/turns.ts';
import { testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const rateOf = (perSecond: number, members = 1): Rate =>
  createRate({ base: 'b', perSecond, members: () => members, clock: testClock });

const counts = (own: number, more = {}) => ({
  own,
  other: 0,
  knownBefore: 0,
  strangersBefore: 0,
  ...more,
});

test('a second gives what its part allows, and what the last one left over', () => {
  const rate = rateOf(100);
  expect(rate.isOver('stranger', counts(100), 0)).toBe(false);
  expect(rate.isOver('stranger', counts(101), 0)).toBe(true);
  expect(rate.isOver('stranger', counts(150), 500)).toBe(false);
  const busy = { strangersBefore: 100 };
  expect(rate.isOver('stranger', counts(50, busy), 500)).toBe(false);
  expect(rate.isOver('stranger', counts(51, busy), 500)).toBe(true);
  expect(rate.isOver('known', counts(1, busy), 0)).toBe(false);
});

test('strangers leave a part to those who are known, as far as these ask', () => {
  const rate = rateOf(100);
  const before = { knownBefore: 40, strangersBefore: 60 };
  expect(rate.isOver('stranger', counts(75, before), 999)).toBe(true);
  expect(rate.isOver('known', counts(75, before), 999)).toBe(false);
  const noneKnown = { strangersBefore: 100 };
  expect(rate.isOver('stranger', counts(99, noneKnown), 999)).toBe(false);
});

test('each daemon has its part, whatever is counted in the engine', () => {
  const rate = rateOf(100, 10);
  vi.advanceTimersByTime(1000);
  const taken = Array.from({ length: 20 }, () => rate.takeOwn()).filter(Boolean);
  expect(taken).toHaveLength(10);
  vi.advanceTimersByTime(500);
  expect(Array.from({ length: 20 }, () => rate.takeOwn()).filter(Boolean)).toHaveLength(5);
});

test('both ranks are counted, in the second that it is', () => {
  expect(rateOf(1).keys('known', 7999)).toEqual({
    own: 'b:7:known',
    others: ['b:7:stranger', 'b:6:known', 'b:6:stranger'],
  });
});
