import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeTables } from '../../integration/sql/following.ts';
import type { FeedKit } from '../../support/feed/kit.ts';
import { type SqlPlace, startSqlKit } from '../../support/feed/sqlkit.ts';
import { describeFeed } from '../../support/feed/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../support/temporary.ts';

let folder: TemporaryDirectory;
let database: DatabaseSync;
let place: SqlPlace;
let kit: FeedKit;

beforeAll(async () => {
  folder = await makeTemporaryDirectory('idpmap-sqlite');
  const path = join(folder.path, 'users.sqlite');
  // It is read while it is written.
  database = new DatabaseSync(path, { timeout: 20_000 });
  place = {
    dialect: 'sqlite',
    access: { path },
    run: async (statements) => database.exec(statements),
  };
  kit = await startSqlKit(place);
});

afterAll(async () => {
  database.close();
  await folder.remove();
});

describe('a feed', () => {
  describeFeed(() => kit, {
    lacks: ['groups', 'gaps', 'rights'],
    removals: 'listed',
    folders: 'listed',
    resumes: 'at once',
  });
});

describeTables(() => place);
