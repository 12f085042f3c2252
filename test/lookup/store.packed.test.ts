import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kept } from '../../src/lookup/kept.ts';
import type { Form } from '../../src/lookup/packed/form.ts';
import { createStore } from '../../src/lookup/store.ts';

type Value = Kept & { readonly of: string };

const LIFE: Kept = { askedAt: 5, goodUntil: 7, freshUntil: 9, epoch: 1 };

/** Whoever begins with `object` lies there as it is. */
const form: Form<Value> = {
  pack: ({ of }) => (of.startsWith('object') ? undefined : of),
  unpack: (text, _key, life) => ({ ...life, of: text }),
};

/** All that text can be: half a letter beyond the first 65 536, two bytes, one, none. */
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 20,
  }),
);
const instant = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const ms = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const life = fc
  .tuple(instant, ms, ms, fc.integer({ min: 0, max: 2 ** 31 - 1 }))
  .map(([askedAt, good, fresh, epoch]) => ({
    askedAt,
    goodUntil: askedAt + good,
    freshUntil: askedAt + fresh,
    epoch,
  }));

test('whatever is kept comes back as it was, letter by letter, under its own key only', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, life), { maxLength: 50 }), (all) => {
      const store = createStore(100, form);
      const truth = new Map<string, Value>();
      for (const [key, of, lived] of all) {
        store.set(key, { ...lived, of });
        truth.set(key, { ...lived, of });
      }
      for (const [key, value] of truth) expect(store.peek(key)).toEqual(value);
      expect(Object.fromEntries(store.entries())).toEqual(Object.fromEntries(truth));
    }),
  );
});

test('of what counts for more than three weeks it says three weeks', () => {
  const store = createStore(1, form);
  store.set('k', { ...LIFE, of: 'v', freshUntil: LIFE.askedAt + 2 ** 40 });
  expect(store.get('k')?.freshUntil).toBe(LIFE.askedAt + 2 ** 31 - 1);
});

test('a key and a text may be longer than any page', () => {
  const store = createStore(10, form);
  const long = 'x'.repeat(3_000_000);
  for (const key of [long, `${long}2`, 'k']) store.set(key, { ...LIFE, of: key });
  for (const key of ['k', `${long}2`, long]) expect(store.get(key)?.of).toBe(key);
  expect(store.delete(long)).toBe(true);
  expect(store.keys()).toEqual([`${long}2`, 'k']);
});

/** A map that keeps the order of use, the least recent first. */
function createModel(max: number) {
  const all = new Map<string, Value>();
  return {
    all,
    use: (key: string) => {
      const value = all.get(key);
      if (value === undefined) return;
      all.delete(key);
      all.set(key, value);
    },
    set: (key: string, value: Value) => {
      if (!all.delete(key) && all.size >= max)
        for (const oldest of [...all.keys()].slice(0, 1)) all.delete(oldest);
      all.set(key, value);
    },
  };
}

/** A page has room for a dozen of the largest: hundreds of steps fill dozens of pages and leave most of them half empty. */
const SIZES = [
  fc.constantFrom(0, 10, 4000, 20_000),
  // All alike, so that one comes to lie where another lay.
  fc.constant(20_000),
];

test.each(SIZES)(
  'through any number of pages that fill, empty and move it is a map of the last that were used',
  (sizes) => {
    const step = fc.record({
      do: fc.constantFrom('set', 'set', 'get', 'get', 'delete'),
      key: fc.integer({ min: 0, max: 60 }).map((key) => `key ${key}`),
      size: sizes,
      isObject: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 500, maxLength: 1000 }), (steps) => {
        const store = createStore(50, form);
        const model = createModel(50);
        for (const [i, { do: what, key, size, isObject }] of steps.entries()) {
          if (what === 'set') {
            const value = { ...LIFE, of: `${isObject ? 'object ' : ''}${i}${'.'.repeat(size)}` };
            store.set(key, value);
            model.set(key, value);
          } else if (what === 'get') {
            expect(store.get(key)).toEqual(model.all.get(key));
            model.use(key);
          } else expect(store.delete(key)).toBe(model.all.delete(key));
          expect(store.size).toBe(model.all.size);
        }
        expect([...store.entries()]).toEqual([...model.all]);
        expect(store.keys()).toEqual([...model.all.keys()].toReversed());
        for (const [key, value] of model.all) expect(store.peek(key)).toEqual(value);
      }),
      // To shrink a thousand steps takes minutes; the seed gives them again.
      { numRuns: 15, endOnFailure: true },
    );
  },
);

describe('who goes along it in slices', () => {
  const filled = (count: number) => {
    const store = createStore(count, form);
    for (let i = 0; i < count; i++) store.set(`k${i}`, { ...LIFE, of: `v${i}` });
    return store;
  };

  test('meets all that stay, whatever is used, dropped, added and moved meanwhile', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 39 }), fc.constantFrom('get', 'set', 'delete')),
        ),
        (changes) => {
          const store = filled(40);
          const met = new Set<string>();
          const left = [...changes];
          const dropped = new Set<string>();
          for (const [key] of store.entries()) {
            met.add(key);
            const change = left.pop();
            if (change === undefined) continue;
            const [number, what] = change;
            const other = `k${number}`;
            if (what === 'get') store.get(other);
            else if (what === 'set') store.set(other, { ...LIFE, of: 'new'.repeat(number) });
            else {
              store.delete(other);
              dropped.add(other);
            }
          }
          for (const key of store.keys()) if (!dropped.has(key)) expect(met).toContain(key);
        },
      ),
    );
  });

  test('meets the least recent first', () => {
    expect(
      filled(3)
        .entries()
        .map(([key]) => key)
        .toArray(),
    ).toEqual(['k0', 'k1', 'k2']);
  });

  test('may stop anywhere', () => {
    const store = filled(3);
    for (const [key] of store.entries()) if (key === 'k1') break;
    store.delete('k2');
    expect(store.keys()).toEqual(['k1', 'k0']);
  });
});
