import { afterEach, expect, test, vi } from 'vitest';
import { createDue } from '../../src/directory/due.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const HOUR = 3_600_000;

/** A due time of a feed that begins now, where chance gives this, 0 to 1. */
function dueAt(chance: number, everyMs = HOUR) {
  vi.spyOn(Math, 'random').mockReturnValue(chance);
  const time = { now: 10 * HOUR };
  const clock = { now: () => time.now };
  return { time, ...createDue(everyMs, clock) };
}

test.each([
  [0, 0.9],
  [0.5, 1],
  [1, 1.1],
])('everybody is listed again after 0.9 to 1.1 of the time: by a chance of %d', (chance, share) => {
  const { time, leftMs } = dueAt(chance);
  time.now += HOUR / 2;
  expect(leftMs(HOUR / 2)).toBeCloseTo(share * HOUR - HOUR / 2);
});

test.each([
  [0, 0],
  [0.5, 15_000],
  [1, 30_000],
])(
  'what is due when a daemon starts waits half a minute at the most: by a chance of %d',
  (chance, ms) => {
    const { time, leftMs } = dueAt(chance);
    expect(leftMs(10 * HOUR)).toBe(ms);
    time.now += ms;
    expect(leftMs(10 * HOUR)).toBeLessThanOrEqual(0);
  },
);

test('what is listed often waits a tenth of that at the most', () => {
  expect(dueAt(1, 10_000).leftMs(HOUR)).toBe(1000);
});

test('a calendar that was set back lists everybody', () => {
  expect(dueAt(0).leftMs(-2 * HOUR)).toBe(0);
});
