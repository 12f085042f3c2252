import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toValues } from '../../../src/http/metrics/family.ts';
import { createDurations } from '../../../src/lookup/durations.ts';

test('a histogram’s buckets are cumulative and in seconds, the last one holds all', () => {
  const durations = createDurations([0.1, 0.25, 200]);
  for (const ms of [0.05, 0.2, 150, 200, 5000]) durations.record(ms);
  const lines = toValues('took_seconds', { labels: { map: 'm' }, value: durations });
  expect(lines.map(({ metricName, labels, value }) => [metricName, labels['le'], value])).toEqual([
    ['took_seconds_bucket', '0.0001', 1],
    ['took_seconds_bucket', '0.00025', 2],
    ['took_seconds_bucket', '0.2', 4],
    ['took_seconds_bucket', '+Inf', 5],
    ['took_seconds_sum', undefined, 5.350_25],
    ['took_seconds_count', undefined, 5],
  ]);
  expect(lines.every(({ labels }) => labels['map'] === 'm')).toBe(true);
});

test('buckets never fall, and the count is that of the last one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 })), (all) => {
      const durations = createDurations([1, 10, 200, 1000]);
      for (const ms of all) durations.record(ms);
      const lines = toValues('took', { labels: {}, value: durations });
      const buckets = lines
        .filter(({ metricName }) => metricName === 'took_bucket')
        .map(({ value }) => value);
      expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
      expect(buckets.at(-1)).toBe(all.length);
      expect(lines.at(-1)?.value).toBe(all.length);
    }),
  );
});
