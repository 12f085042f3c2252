import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ageOf, calendarOf, stampNow, wallClock } from '../src/clock.ts';

const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'hrtime'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Sets the system's calendar; what is monotonic goes on. */
const set = (ms: number): void => {
  vi.setSystemTime(Date.now() + ms);
};

const SETTINGS = [
  ['two hours forwards', 2 * HOUR_MS],
  ['three hours backwards', -3 * HOUR_MS],
  ['two days forwards', 48 * HOUR_MS],
  ['to the year 1970', -1_700_000_000_000],
  ['a second backwards', -1000],
] as const;

describe('while the calendar is set', () => {
  test.each(SETTINGS)('%s, the wall clock is the system’s', (_, ms) => {
    const before = wallClock.now();
    set(ms);
    expect(wallClock.now() - before).toBe(ms);
  });

  test.each(SETTINGS)('%s, an instant before it is shown by the new one', (_, ms) => {
    const at = performance.now();
    vi.advanceTimersByTime(5000);
    set(ms);
    expect(calendarOf(at)).toBeCloseTo(Date.now() - 5000, 0);
  });

  test.each(SETTINGS)('%s, a stamp ages as time passes', (_, ms) => {
    const stamp = JSON.parse(JSON.stringify(stampNow()));
    vi.advanceTimersByTime(7000);
    set(ms);
    expect(ageOf(stamp)).toBe(7000);
  });

  test.each(SETTINGS)(
    '%s, a stamp of another start of the system is never of the future',
    (_, ms) => {
      const stamp = { ...stampNow(), boot: 'another' };
      set(ms);
      expect(ageOf(stamp)).toBe(Math.max(0, ms));
    },
  );
});

test('an instant is shown in the same way while the calendar is only trimmed', () => {
  const shown = calendarOf(1000);
  for (const ms of [3, -7, 40]) {
    set(ms);
    vi.advanceTimersByTime(1000);
    expect(calendarOf(1000)).toBe(shown);
  }
});

test('a stamp that has the calendar only ages by it', () => {
  const { at } = stampNow();
  set(HOUR_MS);
  expect(ageOf({ at })).toBe(HOUR_MS);
});

test('the calendar is read in one place, and no offset to it is kept elsewhere', () => {
  const source = join(import.meta.dirname, '../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const readers = files
    .filter((file) => file.endsWith('.ts') && file !== 'clock.ts')
    .filter((file) =>
      /Date\.now|timeOrigin|new Date\(\)/.test(readFileSync(join(source, file), 'utf8')),
    );
  expect(readers).toEqual([]);
});
