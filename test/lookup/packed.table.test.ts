import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readKey } from '../../src/lookup/packed/key.ts';
import { createPages, unitOf } from '../../src/lookup/packed/pages.ts';
import {
  isKeyAt,
  measureText,
  unitsAt,
  unitsFor,
  writeKey,
} from '../../src/lookup/packed/record.ts';
import { createTable } from '../../src/lookup/packed/table.ts';

/** Few, so that they fall together: at the end of a part and at its beginning, in the first part and in the last. */
const hash = fc.constantFrom(0, 1, 2, 14, 15, 16, 31, -1, -2, -16);

test('whatever falls together, what was added is found until it is taken out or moved', () => {
  const step = fc.record({
    do: fc.constantFrom('add', 'add', 'remove', 'move'),
    hash,
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const hashes = new Map<number, number>();
      const all = new Map<number, number>();
      const table = createTable((place) => hashes.get(place) ?? 0);
      let last = 0;
      for (const { do: what, hash: own, pick } of steps) {
        const [place = 0, known = 0] = [...all][pick % Math.max(all.size, 1)] ?? [];
        if (what === 'add' || place === 0) {
          last += 1;
          hashes.set(last, own);
          all.set(last, own);
          table.add(own, last);
        } else if (what === 'remove') {
          table.move(known, place, 0);
          all.delete(place);
        } else {
          last += 1;
          hashes.set(last, known);
          table.move(known, place, last);
          all.delete(place);
          all.set(last, known);
        }
        for (const [at, each] of all) expect(table.find(each, (other) => other === at)).toBe(at);
        expect(table.find(own, () => false)).toBe(0);
      }
    }),
  );
});

test('a key is found by its letters, not by its hash alone', () => {
  const pages = createPages(unitsAt, () => {});
  const ann = readKey('ann@example.org');
  const place = pages.reserve(unitsFor(ann, measureText('')));
  writeKey(pages.pageOf(place), unitOf(place), ann);
  const { hash: same } = ann;
  expect(isKeyAt(pages.pageOf(place), unitOf(place), ann)).toBe(true);
  expect(
    isKeyAt(pages.pageOf(place), unitOf(place), { ...readKey('bob@example.org'), hash: same }),
  ).toBe(false);
});

test('keys that are alike have other hashes, in all parts', () => {
  const hashes = Array.from({ length: 1000 }, (_, i) => readKey(`user${i}@example.org`).hash);
  expect(new Set(hashes).size).toBeGreaterThan(990);
  // Of a thousand in 256 parts, no part has many.
  const parts = Map.groupBy(hashes, (each) => each >>> 24);
  expect(Math.max(...parts.values().map(({ length }) => length))).toBeLessThan(25);
});
