import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kept } from '../../src/lookup/kept.ts';
import type { Form } from '../../src/lookup/packed/form.ts';
import { createStore, type Store } from '../../src/lookup/store.ts';

type Value = Kept & { readonly of: string };

const LIFE: Kept = { askedAt: 5, goodUntil: 7, freshUntil: 9, epoch: 1 };
const valueOf = (of: string, life = LIFE): Value => ({ ...life, of });

/** Some lie there as text, some as they are. */
const form: Form<Value> = {
  pack: ({ of }) => (of.startsWith('object') ? undefined : of),
  unpack: (text, _key, life) => ({ ...life, of: text }),
};
const createValues = (max: number): Store<Value> => createStore(max, form);

const filled = (count: number, max = count): Store<Value> => {
  const store = createValues(max);
  for (let i = 0; i < count; i++) store.set(`k${i}`, valueOf(`k${i}`));
  return store;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until all that has to move has moved. */
async function settle(turns = 60): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}

test('makes room by the least recently used one', () => {
  const store = filled(3);
  store.get('k0');
  store.set('k3', valueOf('k3'));
  expect(store.keys()).toEqual(['k3', 'k0', 'k2']);
});

test('holds as many as it may, however many come in one turn', async () => {
  const store = filled(5000);
  expect([store.size, store.peek('k0'), store.peek('k4999')]).toEqual([
    5000,
    valueOf('k0'),
    valueOf('k4999'),
  ]);
  await settle();
  for (let i = 0; i < 10; i++) store.set(`new${i}`, valueOf('new'));
  expect([store.size, store.peek('k9'), store.peek('k10')]).toEqual([
    5000,
    undefined,
    valueOf('k10'),
  ]);
});

test('an empty store of a million takes no room for them', () => {
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  const store = createValues(1_000_000);
  const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  expect([store.max, after - before < 2 ** 20]).toEqual([1_000_000, true]);
});

test('whatever is done, it holds the last that were used, in that order', () => {
  const step = fc.record({
    do: fc.constantFrom('set', 'get', 'peek', 'delete'),
    key: fc.integer({ min: 0, max: 12 }).map(String),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(step, { maxLength: 200 }),
      (max, steps) => {
        const store = createValues(max);
        /** The most recent first. */
        let truth: readonly string[] = [];
        for (const { do: what, key } of steps) {
          const isThere = truth.includes(key);
          const others = truth.filter((each) => each !== key);
          if (what === 'set') store.set(key, valueOf(key));
          else if (what === 'delete') expect(store.delete(key)).toBe(isThere);
          else
            expect((what === 'get' ? store.get(key) : store.peek(key))?.of === key).toBe(isThere);
          if (what === 'delete') truth = others;
          else if (what === 'set' || (what === 'get' && isThere))
            truth = [key, ...others].slice(0, max);
          expect(store.keys()).toEqual(truth);
          expect(store.size).toBe(truth.length);
        }
      },
    ),
  );
});

test('looking is no use', () => {
  const store = filled(3);
  store.peek('k0');
  store.set('k3', valueOf('k3'));
  expect(store.peek('k0')).toBeUndefined();
});

test('sweeps what is over, the least recent first, and holds nobody up', async () => {
  const store = filled(5000, 6000);
  for (let i = 0; i < 10; i++) store.set(`new${i}`, valueOf('new', { ...LIFE, epoch: 2 }));
  let turns = 0;
  setImmediate(() => (turns += 1));
  store.sweep(2);
  expect(store.size).toBeGreaterThan(4000);
  await settle();
  expect(store.keys()).toEqual(Array.from({ length: 10 }, (_, i) => `new${9 - i}`));
  expect(turns).toBe(1);
});

describe('a change of size', () => {
  test.each([
    { what: 'smaller', max: 2, kept: ['k0', 'k4'] },
    { what: 'larger', max: 9, kept: ['k0', 'k4', 'k3', 'k2', 'k1'] },
    { what: 'the same', max: 5, kept: ['k0', 'k4', 'k3', 'k2', 'k1'] },
  ])('to $what keeps the most recent, in their order', ({ max, kept }) => {
    const store = filled(5);
    store.get('k0');
    store.resize(max);
    expect([store.keys(), store.max]).toEqual([kept, max]);
  });

  test('holds nobody up: others have their turn while the rest goes', async () => {
    const store = filled(10_000);
    let turns = 0;
    let isOver = false;
    const next = (): void => {
      turns += 1;
      if (!isOver) setImmediate(next);
    };
    setImmediate(next);
    store.resize(5000);
    await settle(8);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(5);
    await settle();
    expect(store.size).toBe(5000);
  });

  test('loses nothing from sight while it moves', async () => {
    const store = filled(10_000);
    store.resize(20_000);
    expect(store.get('k9999')).toEqual(valueOf('k9999'));
    expect(store.peek('k9998')).toEqual(valueOf('k9998'));
    expect(store.size).toBe(10_000);
    expect(new Set(store.keys()).size).toBe(10_000);
    await settle();
    expect(store.size).toBe(10_000);
  });

  test('what is set meanwhile stays as it was set, what is deleted stays away', async () => {
    const store = filled(10_000);
    store.resize(20_000);
    store.set('k9999', valueOf('new'));
    expect(store.delete('k9998')).toBe(true);
    expect(store.delete('k9998')).toBe(false);
    await settle();
    expect(store.get('k9999')).toEqual(valueOf('new'));
    expect(store.peek('k9998')).toBeUndefined();
    expect(store.size).toBe(9999);
  });

  test('another one meanwhile follows: the last size counts', async () => {
    const store = filled(10_000);
    store.resize(20_000);
    store.resize(5);
    store.resize(7);
    await settle();
    expect([store.size, store.max]).toEqual([7, 7]);
    expect(store.keys()[0]).toBe('k9999');
  });

  test('whatever is done meanwhile, it is a map that holds so many', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), key }),
      fc.record({ do: fc.constant('get' as const), key }),
      fc.record({ do: fc.constant('delete' as const), key }),
      fc.record({ do: fc.constant('resize' as const), max: fc.constantFrom(2, 4, 8) }),
      fc.record({ do: fc.constant('turn' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const store = createValues(4);
        const truth = new Map<string, string>();
        for (const [i, each] of steps.entries()) {
          if (each.do === 'turn') await turn();
          else if (each.do === 'resize') store.resize(each.max);
          else if (each.do === 'delete') {
            store.delete(each.key);
            truth.delete(each.key);
          } else if (each.do === 'set') {
            store.set(each.key, valueOf(String(i)));
            truth.set(each.key, String(i));
          } else if (store.get(each.key) !== undefined)
            expect(store.get(each.key)?.of).toBe(truth.get(each.key));
          for (const known of store.keys()) expect(store.peek(known)?.of).toBe(truth.get(known));
        }
        await turn();
        expect(store.size).toBeLessThanOrEqual(store.max);
      }),
    );
  });
});
