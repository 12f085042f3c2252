import { expect, test, vi } from 'vitest';
import { createFleetTime } from '../../src/fleet/time.ts';
import { useFakeTime } from '../support/world.ts';

useFakeTime();

const NOW = Date.parse('2026-01-01T00:00:00Z');
const beat = (time: ReturnType<typeof createFleetTime>, aheadMs = 0): void => {
  const local = Math.trunc(performance.now());
  time.set(Date.now() + aheadMs, local - 2, local + 2);
};

test('a calendar that is an hour ahead changes no age, and no none counts meanwhile', () => {
  vi.setSystemTime(NOW);
  const time = createFleetTime();
  beat(time);
  const then = time.now() ?? 0;
  const local = performance.now();
  vi.setSystemTime(NOW + 3_600_000);
  expect(time.now()).toBe(then);
  expect(time.toLocal(then)).toBeCloseTo(local, -1);
  time.set(then, Math.trunc(local), Math.trunc(local));
  expect(time.countsNone(then)).toBe(false);
  expect(time.differenceMs()).toBe(-3_600_000);
});

test.each([-600, 300, 10_000_000, -1_800_000])(
  'after a leap of the engine’s clock by %i ms no none of before it counts',
  (leapMs) => {
    vi.setSystemTime(NOW);
    const time = createFleetTime();
    beat(time);
    const before = time.now() ?? 0;
    beat(time, leapMs);
    expect(time.countsNone(before)).toBe(false);
    expect(time.countsNone(before + Math.min(leapMs, 0))).toBe(false);
  },
);

test('readings that differ by what a slow reply takes are no leap', () => {
  vi.setSystemTime(NOW);
  const time = createFleetTime();
  beat(time);
  const before = time.now() ?? 0;
  const local = Math.trunc(performance.now());
  time.set(Date.now(), local - 900, local);
  expect(time.countsNone(before)).toBe(true);
  // It tells the time no better, so that the better reading stays.
  expect(time.now()).toBe(before);
});

test('before the first beat there is no time', () => {
  const time = createFleetTime();
  expect(time.now()).toBeUndefined();
  expect(time.countsNone(0)).toBe(false);
});
