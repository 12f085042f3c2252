import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { initSqlite } from '../../../src/cli/init/sql.ts';
import { capture } from '../../support/command.ts';
import { makePlace, startInstance } from '../../support/instance.ts';
import { domainsTold, misanswered } from '../../support/sql/presets/ask.ts';
import { patient } from '../../support/sql/presets/printed.ts';
import { productsOf } from '../../support/sql/presets/products.ts';

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
  });
});
