import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { injected, injectionRows, injectionSection } from '../../support/sql/injection.ts';
import { openSqlForTest } from '../../support/sql/population.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';

test('no key is answered with any row but its own, whatever the form of the statement', async () => {
  const place = await makeTemporaryDirectory('idpmap-injection');
  onTestFinished(() => place.remove());
  const path = join(place.path, 'notes.sqlite');
  using database = new DatabaseSync(path);
  for (const statement of injectionRows('sqlite')) database.exec(statement);
  const directory = await openSqlForTest({ type: 'sqlite', path, ...injectionSection() });
  expect(await injected(directory)).toEqual([]);
});
