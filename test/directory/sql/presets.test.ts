import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { initSqlite } from '../../../src/cli/init/sql.ts';
import {
  PRESETS_OF,
  presetStatements,
  SQL_PRESETS,
} from '../../../src/directory/sql/presets/presets.ts';
import { parseStatement } from '../../../src/directory/sql/text/statement.ts';
import { capture } from '../../support/command.ts';
import { makePlace, startInstance } from '../../support/instance.ts';
import { domainsTold, misanswered } from '../../support/sql/presets/ask.ts';
import { checkPrinted, patient } from '../../support/sql/presets/printed.ts';
import { productsOf } from '../../support/sql/presets/products.ts';
import { virtualUsersProduct } from '../../support/sql/presets/virtualusers.ts';

const DIALECTS = ['postgresql', 'mysql', 'sqlite'] as const;

describe.each(productsOf('sqlite'))('$preset', (product) => {
  test('answers as the product does', async () => {
    const place = await makePlace();
    const path = join(place, 'mail.sqlite');
    using database = new DatabaseSync(path);
    for (const statement of [...product.schema('sqlite'), ...product.rows('sqlite')])
      database.exec(statement);
    const { text } = await capture(() =>
      initSqlite({ preset: product.preset, path, domain: domainsTold(product), only: 'config' }),
    );
    const instance = await startInstance({ config: patient(text), place });
    expect(await misanswered(product, instance.ask)).toEqual([]);
    expect(await checkPrinted(text, place)).toEqual([]);
  });
});

test('what is configured takes the place of the preset’s statement, and the others stay', async () => {
  const place = await makePlace();
  const path = join(place, 'mail.sqlite');
  using database = new DatabaseSync(path);
  for (const statement of [
    ...virtualUsersProduct.schema('sqlite'),
    ...virtualUsersProduct.rows('sqlite'),
    'CREATE TABLE others (address TEXT)',
    "INSERT INTO others VALUES ('zoe@example.org')",
  ])
    database.exec(statement);
  const { ask } = await startInstance({
    place,
    config: patient(`
      domains: { example.org: { directory: staff } }
      directories:
        staff:
          type: sqlite
          path: ${path}
          preset: virtual_users
          people: { account: "SELECT address FROM others WHERE address = '%s'" }
    `),
  });
  expect(await ask('user-exists', 'zoe@example.org')).toBe('OK zoe@example.org');
  expect(await ask('user-exists', 'ann@example.org')).toBe('NOTFOUND');
  expect(await ask('virtual-aliases', 'sales@example.org')).toBe('OK ann@example.org');
});

const ALL = DIALECTS.flatMap((dialect) =>
  PRESETS_OF[dialect].map((preset) => ({ dialect, preset })),
);

test.each(ALL)(
  'the statements of $preset in $dialect read the tables that its login may read',
  ({ dialect, preset }) => {
    const read = Object.values(presetStatements(preset, dialect)).flatMap((text) =>
      parseStatement(text, dialect).relations.map(({ name }) => name),
    );
    expect([...new Set(read)].toSorted()).toEqual(
      Object.keys(SQL_PRESETS[preset].columns).toSorted(),
    );
  },
);
