import { describe, expect, test } from 'vitest';
import { rowsOf } from '../../../src/directory/sql/connect/rows.ts';
import type { Row } from '../../../src/directory/sql/engine.ts';
import { createTable } from '../../../src/directory/sql/tables.ts';

const COMMON = { resultFormat: '%s', expansionLimit: 0 };

/** What a table answers of rows, whatever it is asked for. */
async function answer(
  settings: {
    query: string;
    resultFormat?: string;
    domain?: readonly string[];
    expansionLimit?: number;
  },
  key: string,
  rows: readonly Row[],
  dialect: 'postgresql' | 'sqlite' = 'postgresql',
): Promise<readonly string[] | 'not asked'> {
  const work = createTable('t', { ...COMMON, ...settings }, dialect).question(key);
  return work === undefined
    ? 'not asked'
    : work({ rows: async () => rows, writtenAs: () => [], missed: () => {} });
}

const QUERY = "SELECT a, b FROM t WHERE c = '%s'";

describe('a table', () => {
  test('answers all columns of all rows, but for NULL and empty ones', async () => {
    const rows = [
      { a: 'x', b: null },
      { a: '', b: 'y' },
      { a: 1, b: Buffer.from('ü') },
    ];
    expect(await answer({ query: QUERY }, 'k', rows)).toEqual(['x', 'y', '1', 'ü']);
  });

  test('of SQLite answers the first column', async () => {
    expect(await answer({ query: QUERY }, 'k', [{ a: 'x', b: 'y' }], 'sqlite')).toEqual(['x']);
  });

  test('leaves out rows that equal the key loosely, where they show it', async () => {
    const rows = [
      { idpmap_key: 'ann@x.org', a: 'one' },
      { idpmap_key: 'Änn@X.org ', a: 'two' },
    ];
    expect(await answer({ query: QUERY }, 'änn@x.org', rows)).toEqual(['two']);
  });

  test.each(['', 'a\0b', '\ud800'])('is not asked for %j', async (key) => {
    expect(await answer({ query: QUERY }, key, [{ a: 'x' }])).toBe('not asked');
  });

  test.each([
    ['ann', "SELECT a FROM t WHERE c = '%d'", undefined],
    ['@x.org', "SELECT a FROM t WHERE c = '%u'", undefined],
    ['ann@y.org', QUERY, ['x.org']],
    ['x.org', QUERY, ['x.org']],
  ])('is not asked for %s by %s at %j', async (key, query, domain) => {
    const settings = { query, ...(domain !== undefined && { domain }) };
    expect(await answer(settings, key, [{ a: 'x' }])).toBe('not asked');
  });

  test('doubts more values than its limit', async () => {
    const asking = answer({ query: QUERY, expansionLimit: 1 }, 'k', [{ a: 'x', b: 'y' }]);
    await expect(asking).rejects.toMatchObject({ kind: 'entry' });
  });

  test('shapes its values', async () => {
    const settings = { query: QUERY, resultFormat: '%u at %d for %S' };
    expect(await answer(settings, 'k', [{ a: 'ann@x.org', b: 'no address' }])).toEqual([
      'ann at x.org for k',
    ]);
  });
});

test('a row keeps columns of one name, and their order', () => {
  const [row = {}] = rowsOf(['A', 'a', '1', 'b'], [['w', 'x', 'y', 'z']]);
  expect(Object.values(row)).toEqual(['w', 'x', 'y', 'z']);
  expect(row['a']).toBe('w');
});
