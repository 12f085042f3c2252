import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { ACCESS, type Postgresql, startPostgresql } from '../support/sql/postgresql.ts';
import { type SqlServer, startSqlServer } from '../support/sql/server.ts';

/** As a program has stored it that took UTF-8 for latin1, where each byte has a letter. */
const misread = (text: string): string => Buffer.from(text).toString('latin1');

const PEOPLE = `INSERT INTO old VALUES ('jeff@example.test', 'jeff'), ('änne@example.test', 'änne'),
  ('${misread('аня')}@example.test', 'anya'), ('@example.test', 'rest')`;

const TABLES = {
  exact: { query: "SELECT target FROM old WHERE address = '%s'" },
  rest: { query: "SELECT target FROM old WHERE address = '%s' OR address = '@%d'" },
};

/** What a table has for a key: its values, or what kind of fault. */
async function answer(directory: Directory, table: string, key: string): Promise<unknown> {
  const ask = plain(directory).table?.({ table });
  return ask?.(`${key}@example.test`, AbortSignal.timeout(20_000)).catch(
    ({ kind }: { kind: string }) => kind,
  );
}

const CASES = [
  ['find whom a ligature could be written in', 'exact', 'jeff', ['jeff']],
  ['find whose letters they can hold', 'exact', 'änne', ['änne']],
  ['deny whom a ligature could be written in', 'exact', 'wolff', []],
  ['deny whose letters they can’t hold', 'exact', 'дима', []],
  ['are in doubt about whose bytes they hold', 'exact', 'аня', 'entry'],
  ['find what else a statement asks for', 'rest', 'дима', ['rest']],
] as const;

describeWith(['mariadb'], 'MariaDB with columns in latin1', () => {
  let server: SqlServer;
  beforeAll(async () => {
    server = await startSqlServer('mysql');
    const latin = 'VARCHAR(100) CHARACTER SET latin1';
    await server.run(
      `CREATE TABLE old (address ${latin} PRIMARY KEY, target ${latin});
      CREATE TABLE mixed (address ${latin}, other VARCHAR(100), target ${latin});
      CREATE TABLE bytes (address ${latin}, other VARBINARY(100), target ${latin});
      ${PEOPLE}; INSERT INTO mixed VALUES ('x', 'дима@example.test', 'found');
      INSERT INTO bytes VALUES ('x', 'дима@example.test', 'found');
      CREATE FUNCTION letters(a ${latin}) RETURNS VARCHAR(100) CHARACTER SET utf8mb4 NO SQL RETURN 'дима@example.test';
      CREATE FUNCTION same(a ${latin}) RETURNS ${latin} NO SQL RETURN a;
      GRANT EXECUTE, SELECT ON ${ACCESS.database}.* TO ${ACCESS.user}@'127.0.0.1'`,
    );
  });
  afterAll(() => server?.remove());

  const either = (table: string, other: string) => ({
    query: `SELECT target FROM ${table} WHERE address = '%s' OR ${other} = '%s'`,
  });
  const open = () =>
    openSqlForTest(
      server.section({
        tables: {
          ...TABLES,
          mixed: either('mixed', 'other'),
          bytes: either('bytes', 'other'),
          letters: either('old', 'letters(target)'),
          same: either('old', 'same(target)'),
        },
      }),
    );

  test.each(CASES)('%s', async (_, table, key, found) => {
    expect(await answer(await open(), table, key)).toEqual(found);
  });

  test.each(['mixed', 'bytes', 'letters'])(
    'is in doubt where something else may hold them: %s',
    async (table) => {
      expect(await answer(await open(), table, 'дима')).toBe('entry');
    },
  );

  test('denies where a function gives what is in latin1 as well', async () => {
    expect(await answer(await open(), 'same', 'дима')).toEqual([]);
  });
});

describeWith(['postgresql'], 'PostgreSQL with a database in LATIN1', () => {
  let server: Postgresql;
  beforeAll(async () => {
    server = await startPostgresql();
    await server.sql(
      "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    await server.sql(
      `SET client_encoding = 'UTF8'; CREATE TABLE old (address VARCHAR(100) PRIMARY KEY, target VARCHAR(100));
      ${PEOPLE}; GRANT SELECT ON old TO ${ACCESS.user}`,
      'latin',
    );
  });
  afterAll(() => server?.remove());

  test.each(CASES)('%s', async (_, table, key, found) => {
    const directory = await openSqlForTest({
      type: 'postgresql',
      hosts: `127.0.0.1:${server.port}`,
      ...ACCESS,
      database: 'latin',
      connectTimeout: '20s',
      tables: TABLES,
    });
    expect(await answer(directory, table, key)).toEqual(found);
  });
});
