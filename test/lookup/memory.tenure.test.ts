import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { account } from '../support/scripted.ts';
import { reign, SIZES, sizesOf } from '../support/world.ts';
import { fill, found, LIFE, NOBODY, put, UNKNOWN } from './filled.ts';

const ANN = account('ann@x.org');

describe('a tenure', () => {
  test('keeps nothing before it begins', async () => {
    const memory = createMemory<Entry>(SIZES);
    expect(await put(memory.open(), 'f0', NOBODY)).toBe(NOBODY);
    expect(sizesOf(memory)).toEqual([0, 0, 0]);
  });

  test('makes what the former one found stale, and drops its nones, once it begins', async () => {
    const { memory, tenure } = await fill(1);
    const next = memory.open();
    expect(tenure.fresh('n0', 0)).toBeDefined();
    next.begin();
    expect(sizesOf(memory)).toEqual([1, 0, 0]);
    expect(next.fresh('f0', 0)).toBeUndefined();
    expect(next.recall('f0', 0, 9)).toMatchObject({ status: 'found' });
  });

  test.each([
    { what: 'a none', outcome: NOBODY },
    { what: 'a found', outcome: found('old@x.org') },
    { what: 'a fault', outcome: UNKNOWN },
  ])('keeps nothing once another’s has begun: $what of a late search', async ({ outcome }) => {
    const { memory, tenure } = await fill(1);
    reign(memory);
    expect(await put(tenure, 'f0', outcome)).toBe(outcome);
    expect(sizesOf(memory)).toEqual([1, 0, 0]);
    expect(memory.open().known('f0')?.value).toEqual([account('f0@x.org')]);
  });

  test('shares no question with another’s', async () => {
    const memory = createMemory<Entry>(SIZES);
    const former = reign(memory);
    const under = Promise.withResolvers<Outcome<Entry>>();
    const late = former.depart(
      'f0',
      () => under.promise,
      () => LIFE,
    );
    const next = reign(memory);
    expect(next.underWay('f0')).toBeUndefined();
    const own = put(next, 'f0', found('new@x.org'));
    expect(former.underWay('f0')).toBeUndefined();
    await own;
    under.resolve(NOBODY);
    await late;
    expect(next.known('f0')?.value).toEqual([account('new@x.org')]);
  });
});

describe('what is saved', () => {
  test('is restored up to the size, and what is known by now stays', async () => {
    const memory = createMemory<Entry>({ ...SIZES, found: 2 });
    for (const name of ['a', 'b', 'c']) memory.restore({ key: name, ageMs: 0, value: [ANN] }, 0, 0);
    expect(memory.keys()).toEqual(['c', 'b']);
  });

  test('follows a change of size', async () => {
    const { memory } = await fill(5);
    memory.resize({ ...SIZES, found: 2 });
    expect([...memory.list(0)].map(({ key }) => key)).toEqual(['f3', 'f4']);
    expect(memory.sizes().found).toEqual({ size: 2, max: 2 });
  });
});
