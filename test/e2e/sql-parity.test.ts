import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Found, type Parity, startParity, thousandKeys } from '../support/parity.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { literal } from '../support/sql/population.ts';
import { ACCESS } from '../support/sql/postgresql.ts';
import { startSqlServer } from '../support/sql/server.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

/** Tables as administrators have them for Postfix, without the lines that all share. */
const TABLES: Readonly<Record<string, string>> = {
  plain: "query = SELECT target FROM forwards WHERE address = '%s'\n",
  parts: `query = SELECT target, local FROM forwards WHERE local = '%u' AND domain = '%d'
result_format = %s/%D
domain = example.test
`,
  labels:
    "query = SELECT '%2', '%1', count(*) FROM forwards WHERE domain = '%2.%1' HAVING count(*) > 0\n",
  old: `table = forwards
select_field = target
where_field = address
additional_conditions = and local <> 'u1' and target not like '%%nobody%%'
`,
};

/** Local parts that mean something to SQL, to a template, or beyond ASCII. */
const LOCALS: readonly string[] = [
  "o'hara",
  "''",
  'a"b',
  'back\\slash',
  'percent%s',
  '100%',
  '_',
  'jürgen',
  'νίκη',
  'a;drop table forwards',
  '--',
  'a/*b*/',
  '$1',
  '?',
  '`',
  'a+b',
  ...Array.from({ length: 200 }, (_, i) => `u${i}`),
];

const ROWS = LOCALS.map((local, i) => [
  `${local}@example.test`,
  local,
  'example.test',
  `t${i}@target.test`,
]);

const ODD = [
  "' or '1'='1",
  "x' union select 'a' --",
  "\\' or 1=1 --",
  "ann'@example.test",
  '%s',
  '%%',
  '%u@%d',
  '@example.test',
  'u1@',
  'u1',
  'example.test',
  'a.example.test',
  'u1@example.org',
  '*',
  '<>',
  '192.0.2.7',
  'jurgen@example.test',
  "u1@example.test' or ''='",
  'a'.repeat(300),
];

/** Those that are there, in this spelling and with capitals, and those that are not. */
function makeKeys(): readonly string[] {
  const there = ROWS.map(([address = '']) => address);
  const ascii = there.filter((key) => /^[ -~]*$/.test(key));
  return thousandKeys([...ODD, ...there, ...ascii.slice(0, 150).map((key) => key.toUpperCase())]);
}

const KEYS = makeKeys();

const create = (type: string): readonly string[] => [
  `CREATE TABLE forwards (address ${type}, local ${type}, domain ${type}, target ${type})`,
  ...ROWS.map((row) => `INSERT INTO forwards VALUES (${row.map(literal).join(', ')})`),
];

type TableType = 'pgsql' | 'mysql' | 'sqlite';

/** Fills a database; gives how Postfix reaches it. */
async function fill(
  type: TableType,
  place: string,
  resources: AsyncDisposableStack,
): Promise<string> {
  if (type === 'sqlite') {
    const file = join(place, 'mail.sqlite');
    using database = new DatabaseSync(file);
    for (const statement of create('TEXT')) database.exec(statement);
    return `dbpath = ${file}\n`;
  }
  const server = await startSqlServer(type === 'pgsql' ? 'postgresql' : 'mysql');
  resources.defer(() => server.remove());
  // In MySQL's strings a backslash escapes.
  const escaped = (text: string) => (type === 'mysql' ? text.replaceAll('\\', '\\\\') : text);
  for (const statement of create('VARCHAR(255)')) await server.run(escaped(statement));
  if (type === 'pgsql') await server.run(`GRANT SELECT ON forwards TO ${ACCESS.user}`);
  return `hosts = inet:127.0.0.1:${server.port}
user = ${ACCESS.user}
password = ${ACCESS.password}
dbname = ${ACCESS.database}
`;
}

const NEEDS: Readonly<Record<TableType, readonly Requirement[]>> = {
  pgsql: ['postfix', 'postfixSql', 'postgresql'],
  mysql: ['postfix', 'postfixSql', 'mariadb'],
  sqlite: ['postfix', 'postfixSql'],
};

for (const type of ['pgsql', 'mysql', 'sqlite'] as const) {
  describeWith(NEEDS[type], `Postfix's own ${type} tables and idpmap`, () => {
    const resources = new AsyncDisposableStack();
    let parity: Parity;

    /** Postfix speaks Latin 1 with PostgreSQL until 3.8, and finds nothing beyond ASCII there. */
    const comparable = (found: Found): object =>
      type === 'pgsql'
        ? Object.fromEntries(Object.entries(found).filter(([key]) => /^[ -~]*$/.test(key)))
        : found;

    beforeAll(async () => {
      const temporary = await makeTemporaryDirectory('idpmap-parity');
      resources.defer(() => temporary.remove());
      const place = temporary.path;
      const access = await fill(type, place, resources);
      const tables = Object.entries(TABLES).map(([name, lines]) => [name, `${access}${lines}`]);
      parity = await startParity(
        {
          type,
          place,
          tables: Object.fromEntries(tables),
          password: ACCESS.password,
          complete: (section) => {
            if (type !== 'sqlite') section['password'] = { file: 'password' };
            section['statementTimeout'] = '5s';
          },
        },
        resources,
      );
    });
    afterAll(() => resources.disposeAsync());

    test.each(Object.keys(TABLES))('agree on a thousand keys of %s', async (name) => {
      const own = await parity.own(name, KEYS);
      const ours = await parity.ours(name, KEYS);
      expect(comparable(ours)).toEqual(comparable(own));
      expect(Object.keys(own).length).toBeGreaterThan(name === 'labels' ? 0 : 100);
    });

    test('share a configuration that holds no password', () => {
      expect(parity.printed).not.toContain(`: ${ACCESS.password}\n`);
    });
  });
}
