import { describe, expect, test } from 'vitest';
import { loadText, mistakesIn } from './fixture.ts';

const withPostgresql = (...lines: readonly string[]): string =>
  [
    'domains: { example.org: { directory: staff } }',
    'directories:',
    '  staff:',
    '    type: postgresql',
    '    hosts: db.example.org',
    '    database: mail',
    '    user: idpmap',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');

describe('a channel', () => {
  test.each([
    [
      'nothing is heard on through a pooler',
      ['pooler: transaction', 'notify: idpmap'],
      '9:13: directories.staff.notify: nothing is heard through PgBouncer in transaction mode: name the server itself in hosts, without pooler, or leave notify out',
    ],
    [
      'has a name that needs quotes',
      ['notify: "mail; DROP TABLE users"'],
      '8:13: directories.staff.notify: is no channel, write lower-case letters: idpmap',
    ],
  ])('that %s is refused', async (_, lines, message) => {
    expect(await mistakesIn(withPostgresql(...lines))).toEqual([expect.stringContaining(message)]);
  });
});

test.each([
  ['a list of texts', "SELECT address FROM users WHERE address = '%s' AND tags @> '{mail}'"],
  ['a path into JSON', "SELECT data #>> '{email}' AS address FROM users WHERE login = '%u'"],
  [
    'a count in an expression',
    "SELECT address FROM users WHERE address = '%s' AND login ~ '^[a-z]{3}$'",
  ],
])('a statement with %s has no place of another program in it', async (_, statement) => {
  const people = `people: { account: ${JSON.stringify(statement)} }`;
  const tables = `tables: { t: { query: ${JSON.stringify(statement)} } }`;
  await expect(loadText(withPostgresql(people, tables))).resolves.toBeDefined();
});

test('a statement for catch-alls may show those of all domains', async () => {
  const text = withPostgresql(
    'people:',
    `  account: SELECT address FROM users WHERE address = '%s'`,
    '  catchAll: SELECT domain, target FROM catchalls',
  );
  await expect(loadText(text)).resolves.toBeDefined();
});
