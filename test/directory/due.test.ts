import { afterEach, expect, test, vi } from 'vitest';
import { createDue, startSpread } from '../../src/directory/due.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const HOUR = 3_600_000;

/** A due time of a feed that begins now, where chance gives this, 0 to 1; time passes for calendar and clock alike. */
function dueAt(chance: number, everyMs = HOUR) {
  vi.spyOn(Math, 'random').mockReturnValue(chance);
  const time = { now: 10 * HOUR };
  const clock = { now: () => time.now };
  return { time, ...createDue(everyMs, clock, clock) };
}

test.each([
  [0, 0.9],
  [0.5, 1],
  [1, 1.1],
])('everybody is listed again after 0.9 to 1.1 of the time: by a chance of %d', (chance, share) => {
  const { time, leftMs } = dueAt(chance);
  const listedAt = time.now;
  time.now += HOUR / 2;
  expect(leftMs(listedAt)).toBeCloseTo(share * HOUR - HOUR / 2);
});

test.each([
  [0, 0],
  [0.5, 15_000],
  [1, 30_000],
])(
  'what is due when a daemon starts waits half a minute at the most: by a chance of %d',
  (chance, ms) => {
    const { time, leftMs } = dueAt(chance);
    expect(leftMs(0)).toBe(ms);
    time.now += ms;
    expect(leftMs(0)).toBe(0);
  },
);

test('what is listed often waits a tenth of that at the most', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  expect(startSpread(10_000)).toBe(1000);
});

test('a calendar that was set back lists everybody', () => {
  const { time, leftMs } = dueAt(0);
  expect(leftMs(time.now + 2 * HOUR)).toBe(0);
});
