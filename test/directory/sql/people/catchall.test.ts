import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { makePlace, startInstance } from '../../../support/instance.ts';

const TABLES = `
  CREATE TABLE users (address TEXT, active INTEGER);
  CREATE TABLE aliases (alias TEXT, target TEXT, may_send INTEGER);
  CREATE TABLE rest (domain TEXT, target TEXT);
  INSERT INTO users VALUES ('ann@x.org', 1), ('bob@x.org', 1), ('fay@x.org', 0);
  INSERT INTO rest VALUES ('y.org', 'box@elsewhere.example');
`;

/** Starts a daemon that asks a file with these rows as well; `more` is on top of its configuration. */
async function start(rows: string, more = '') {
  const place = await makePlace();
  using database = new DatabaseSync(join(place, 'people.sqlite'));
  database.exec(TABLES + rows);
  const { ask } = await startInstance({
    place,
    config: `
      deadline: 20s
      domains: { x.org: { directory: staff }, y.org: { directory: staff } }
      directories:
        staff:
          type: sqlite
          path: people.sqlite
          people:
            account: SELECT address, address AS login, active AS enabled FROM users WHERE address = '%s'
            aliases: SELECT alias, target, may_send FROM aliases WHERE alias = '%s'
            catchAll: SELECT domain, target FROM rest WHERE domain IN ('%d', 'y.org')
          statementTimeout: 20s
          timeout: 20s
      ${more}`.replaceAll(/^ {6}/gm, ''),
  });
  const all = async (key: string): Promise<readonly string[]> => [
    await ask('user-exists', key),
    await ask('virtual-aliases', key),
    await ask('sender-logins', key),
  ];
  return { ask, all };
}

const NO = 'NOTFOUND';
const REST = "INSERT INTO rest VALUES ('x.org', 'bob@x.org');";

describe('a catch-all', () => {
  test.each([
    [
      'takes the mail for nobody’s address, and nobody sends as that',
      'eve@x.org',
      [NO, 'OK bob@x.org', 'OK no-login.invalid'],
    ],
    ['leaves an account its mail', 'ann@x.org', ['OK ann@x.org', NO, 'OK ann@x.org']],
    [
      'leaves an account the mail for its address with an extension',
      'ann+news@x.org',
      ['OK ann@x.org', NO, 'OK ann@x.org'],
    ],
    [
      'takes the mail for nobody’s address with an extension',
      'eve+news@x.org',
      [NO, 'OK bob@x.org', 'OK no-login.invalid'],
    ],
    [
      'takes the mail of whoever is disabled',
      'fay@x.org',
      [NO, 'OK bob@x.org', 'OK no-login.invalid'],
    ],
    [
      'takes the mail of whoever is disabled with an extension',
      'fay+news@x.org',
      [NO, 'OK bob@x.org', 'OK no-login.invalid'],
    ],
  ])('%s', async (_, key, told) => {
    const { all } = await start(REST);
    expect(await all(key)).toEqual(told);
  });

  test('takes what has the sign of an extension where there are none', async () => {
    const { ask } = await start(REST, "recipientDelimiter: ''");
    expect(await ask('virtual-aliases', 'ann+news@x.org')).toBe('OK bob@x.org');
  });

  test('leaves an account the mail for its address with an extension of another sign', async () => {
    const { ask } = await start(REST, "recipientDelimiter: '-'");
    expect(await ask('virtual-aliases', 'ann-news@x.org')).toBe(NO);
    expect(await ask('virtual-aliases', 'ann+news@x.org')).toBe('OK bob@x.org');
  });

  test('counts for its own domain, whatever else the statement shows', async () => {
    const { all } = await start('');
    expect(await all('eve@x.org')).toEqual([NO, NO, NO]);
    expect(await all('eve@y.org')).toEqual([NO, 'OK box@elsewhere.example', 'OK no-login.invalid']);
  });

  test('may mean the same person in another domain', async () => {
    const { ask } = await start("INSERT INTO rest VALUES ('x.org', '@z.example');");
    expect(await ask('virtual-aliases', 'eve@x.org')).toBe('OK eve@z.example');
  });

  test('of several addresses leads to all of them', async () => {
    const { ask } = await start("INSERT INTO rest VALUES ('x.org', 'ann@x.org, c@z.example');");
    expect(await ask('virtual-aliases', 'eve@x.org')).toBe('OK ann@x.org,c@z.example');
  });
});

describe('an alias of an account’s own address', () => {
  test.each([
    [
      'sends its mail elsewhere, without a copy',
      'c@z.example',
      ['OK ann@x.org', 'OK c@z.example', 'OK ann@x.org'],
    ],
    [
      'sends its mail to another account, who may not send as it',
      'bob@x.org',
      ['OK ann@x.org', 'OK bob@x.org', 'OK ann@x.org'],
    ],
    [
      'keeps a copy where it names the account',
      'ann@x.org, c@z.example',
      ['OK ann@x.org', 'OK ann@x.org,c@z.example', 'OK ann@x.org'],
    ],
    ['says nothing where it names nobody else', 'ann@x.org', ['OK ann@x.org', NO, 'OK ann@x.org']],
    ['says nothing where it leads nowhere', 'fay@x.org', ['OK ann@x.org', NO, 'OK ann@x.org']],
  ])('%s', async (_, target, told) => {
    const { all } = await start(`INSERT INTO aliases VALUES ('ann@x.org', '${target}', 1);`);
    expect(await all('ann@x.org')).toEqual(told);
  });

  test('takes the mail of a disabled account', async () => {
    const { all } = await start("INSERT INTO aliases VALUES ('fay@x.org', 'c@z.example', 1);");
    expect(await all('fay@x.org')).toEqual([NO, 'OK c@z.example', 'OK no-login.invalid']);
  });
});

test.each([
  [1, 'OK ann@x.org'],
  [0, 'OK no-login.invalid'],
])('an alias whose may_send is %i is sent from by: %s', async (maySend, told) => {
  const { ask } = await start(
    `INSERT INTO aliases VALUES ('sales@x.org', 'ann@x.org', ${maySend});`,
  );
  expect(await ask('virtual-aliases', 'sales@x.org')).toBe('OK ann@x.org');
  expect(await ask('sender-logins', 'sales@x.org')).toBe(told);
});
