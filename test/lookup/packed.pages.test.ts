import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPages, type Place, unitOf } from '../../src/lookup/packed/pages.ts';

/** Records of one word: their size, negative once they were given back. */
function createRecords() {
  const live = new Map<Place, number>();
  const pages = createPages(
    ({ words }, unit) => {
      const size = words[2 * unit] ?? 0;
      return { units: Math.abs(size), isLive: size > 0 };
    },
    (from, to) => {
      const units = live.get(from);
      if (units === undefined) throw new Error(`nothing lay at ${from}`);
      live.delete(from);
      live.set(to, units);
    },
  );
  const write = (place: Place, size: number): void => {
    pages.pageOf(place).words[2 * unitOf(place)] = size;
  };
  return {
    live,
    pages,
    add: (units: number): void => {
      const place = pages.reserve(units);
      expect(live.has(place)).toBe(false);
      live.set(place, units);
      write(place, units);
    },
    drop: (place: Place): void => {
      const units = live.get(place) ?? 0;
      live.delete(place);
      write(place, -units);
      pages.release(place, units);
    },
  };
}

const PAGE_UNITS = 32_768;

test('whoever comes in whatever order, a third of the pages is lost at most, and one is being filled', () => {
  const phase = fc.record({
    units: fc.integer({ min: 1, max: 3000 }),
    count: fc.integer({ min: 1, max: 200 }),
    every: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(phase, { minLength: 1, maxLength: 12 }), (phases) => {
      const records = createRecords();
      for (const { units, count, every } of phases) {
        for (let i = 0; i < count; i++) records.add(units);
        for (const [i, place] of [...records.live.keys()].entries())
          if (i % every === 0 && records.live.has(place)) records.drop(place);
        const used = records.live.values().reduce((sum, each) => sum + each, 0);
        expect(records.pages.count()).toBeLessThanOrEqual(used / (PAGE_UNITS * 0.66) + 1);
      }
      for (const [place, units] of records.live)
        expect(records.pages.pageOf(place).words[2 * unitOf(place)]).toBe(units);
    }),
    { numRuns: 40 },
  );
});

test('a record that is larger than a page has one to itself, and gives it back', () => {
  const records = createRecords();
  records.add(3);
  records.add(100_000);
  records.add(3);
  expect(records.pages.count()).toBe(2);
  for (const [place, units] of records.live) if (units > 3) records.drop(place);
  expect(records.pages.count()).toBe(1);
});
