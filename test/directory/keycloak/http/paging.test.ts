import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Query } from '../../../../src/directory/keycloak/http/api.ts';
import { PAGE, readAll } from '../../../../src/directory/keycloak/http/paging.ts';
import { readGroup } from '../../../../src/directory/keycloak/people/rows.ts';
import { readShown } from '../../../../src/directory/keycloak/trust/shown.ts';
import { signal } from '../fixture.ts';

const rowsUpTo = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `id-${i}` }));

const pageOf = (rows: readonly { readonly id: string }[], { first, max }: Query) =>
  rows.slice(Number(first), Number(first) + Number(max));

/** Reads a list of so many rows; `change` says what is left of it when it is asked for the `nth` time. */
async function readList(
  count: number,
  change = (all: ReturnType<typeof rowsUpTo>, _nth = 0) => all,
) {
  let asked = 0;
  const rows = await readAll(
    async (_path, query) => {
      asked += 1;
      return pageOf(change(rowsUpTo(count), asked), query);
    },
    { path: '/groups', query: {}, read: (content) => readShown(content, 'groups', readGroup) },
    signal,
  );
  return { ids: rows.map(({ id }) => id), asked };
}

test('a list of any length is read whole, in its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 12 * PAGE }), async (count) => {
      const { ids } = await readList(count);
      expect(ids).toEqual(rowsUpTo(count).map(({ id }) => id));
    }),
  );
});

test.each([0, 1, PAGE - 1])('a list of %i rows costs one question', async (count) => {
  expect((await readList(count)).asked).toBe(1);
});

test.each([1, 4, 5, 9])('a row that vanishes at question %i and later is doubted', async (nth) => {
  const shrink = (all: ReturnType<typeof rowsUpTo>, asked = 0) =>
    asked > nth ? all.slice(1) : all;
  await expect(readList(12 * PAGE, shrink)).rejects.toThrow(
    'the list /groups changed while it was read',
  );
});

test('a list that is too long is read no further', async () => {
  let asked = 0;
  const reading = readAll(
    async (_path, query) => {
      asked += 1;
      return pageOf(rowsUpTo(100 * PAGE), query);
    },
    {
      path: '/groups',
      query: {},
      read: (content) => readShown(content, 'groups', readGroup),
      check: ({ length }) => {
        if (length > 2 * PAGE) throw new Error('too long');
      },
    },
    signal,
  );
  await expect(reading).rejects.toThrow('too long');
  expect(asked).toBeLessThan(10);
});
