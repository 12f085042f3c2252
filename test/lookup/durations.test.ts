import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countAll, createDurations } from '../../src/lookup/durations.ts';

const BOUNDS_MS = [0.1, 1, 200];

test.each([
  [0, 0],
  [0.1, 0],
  [0.100_001, 1],
  [200, 2],
  [200.1, 3],
  [1e9, 3],
])('%d ms are counted at %i', (ms, at) => {
  const durations = createDurations(BOUNDS_MS);
  durations.record(ms);
  expect(durations.figures.counts[at]).toBe(1);
  expect(countAll(durations.figures)).toBe(1);
});

test('each is counted once, where its bounds say, and all are summed', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 400, noNaN: true })), (all) => {
      const durations = createDurations(BOUNDS_MS);
      for (const ms of all) durations.record(ms);
      const upTo = (bound: number): number => all.filter((ms) => ms <= bound).length;
      const cumulative = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map(upTo);
      expect([...durations.figures.counts]).toEqual(
        cumulative.map((count, i) => count - (cumulative[i - 1] ?? 0)),
      );
      expect(durations.figures.sumMs[0]).toBe(all.reduce((sum, ms) => sum + ms, 0));
    }),
  );
});

test('commands see how many there were, and their mean', () => {
  const durations = createDurations(BOUNDS_MS);
  expect(JSON.stringify(durations)).toBe('{"count":0,"meanMs":0}');
  durations.record(1);
  durations.record(2);
  expect(JSON.stringify(durations)).toBe('{"count":2,"meanMs":1.5}');
});
