import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { presetStatements } from '../../../../src/directory/sql/presets/presets.ts';
import { mirrored } from '../../../support/feed/presets.ts';
import { makePlace } from '../../../support/instance.ts';
import { openSqlForTest } from '../../../support/sql/population.ts';
import { productsOf } from '../../../support/sql/presets/products.ts';

const LISTED = productsOf('sqlite').filter(
  ({ preset }) => presetStatements(preset, 'sqlite').listAccounts !== undefined,
);

test.each(LISTED)('a mirror of $preset answers as a lookup does', async (product) => {
  const path = join(await makePlace(), 'mail.sqlite');
  using database = new DatabaseSync(path);
  for (const statement of [...product.schema('sqlite'), ...product.rows('sqlite')])
    database.exec(statement);
  const directory = await openSqlForTest({
    type: 'sqlite',
    path,
    preset: product.preset,
    statementTimeout: '5s',
    mirror: { path: '/nowhere/staff.db' },
  });
  const { wrong, answered } = await mirrored(directory, product);
  expect(wrong).toEqual([]);
  expect(answered).toBeGreaterThan(3);
});
