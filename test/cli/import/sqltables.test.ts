import { describe, expect, test } from 'vitest';
import { importSockmapd } from '../../../src/cli/import/sockmapd.ts';
import { importSqlTables } from '../../../src/cli/import/sqltables.ts';
import { checkStatements } from '../../../src/directory/sql/check.ts';
import type { QuestionSettings } from '../../../src/directory/sql/settings.ts';
import type { Dialect } from '../../../src/directory/sql/text/tokens.ts';

const BASE = 'hosts = 127.0.0.1\nuser = postfix\npassword = secret\ndbname = mail\n';

/** What one file becomes. */
function importOne(lines: string, type: Dialect = 'mysql') {
  const files = [{ file: '/etc/postfix/x.cf', text: BASE + lines }];
  const { settings, notes } = importSqlTables([{ keys: 'exact', files }], type);
  return { settings, notes, written: JSON.parse(JSON.stringify(settings)) };
}

describe('a table of Postfix', () => {
  test.each<[string, object]>([
    [
      `query = SELECT goto FROM alias WHERE address='%s'`,
      { query: `SELECT goto FROM alias WHERE address='%s'` },
    ],
    [
      `table = alias\nselect_field = goto\nwhere_field = address\nadditional_conditions = and x like '%a' limit 1`,
      { query: `SELECT goto FROM alias WHERE address = '%s' and x like '%%a' limit 1` },
    ],
    [
      `query = SELECT 1 FROM t WHERE a='%s'\nresult_format = OK %s\ndomain = example.org, example.net\nexpansion_limit = 3`,
      {
        query: `SELECT 1 FROM t WHERE a='%s'`,
        resultFormat: 'OK %s',
        domain: ['example.org', 'example.net'],
        expansionLimit: 3,
      },
    ],
  ])('of %j is written as %j', (lines, table) => {
    const { written, notes } = importOne(lines);
    expect(written.directories.mysql.tables.x).toEqual(table);
    expect(notes.filter(({ isEssential }) => isEssential)).toEqual([]);
  });

  test('is a function of PostgreSQL', () => {
    const { written } = importOne('select_function = find_alias', 'postgresql');
    expect(written.directories.postgresql.tables.x.query).toBe("SELECT find_alias('%s')");
  });

  test('is a file of SQLite', () => {
    const files = [{ file: 'x.cf', text: `dbpath = /a.db\nquery = SELECT a FROM t WHERE b='%s'` }];
    const { settings } = importSqlTables([{ keys: 'exact', files }], 'sqlite');
    expect(JSON.parse(JSON.stringify(settings)).directories.sqlite).toMatchObject({
      path: '/a.db',
    });
  });

  test.each([
    ['query = SELECT a FROM t WHERE b LIKE "%%%s"', 'query'],
    ['result_format = %s', 'query'],
    ["query = SELECT a FROM t WHERE b='%s'\ndomain = hash:/etc/x", 'domain'],
    ["query = SELECT a FROM t WHERE b='%s'\nhosts = db.example.org", 'hosts'],
  ])('tells what is wrong with %j', (lines, name) => {
    const { notes } = importOne(lines);
    const missing = notes.filter(({ isEssential }) => isEssential).map(({ text }) => text);
    expect(missing).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  });

  test('shows no password', () => {
    const { settings, notes } = importOne("query = SELECT a FROM t WHERE b='%s'");
    expect(JSON.stringify([settings, notes])).not.toContain('secret"');
    expect(JSON.stringify(settings)).toContain('/etc/idpmap/mysql.password');
  });

  test('shares a directory with those of the same database, and a map with those of its line', () => {
    const text = `${BASE}query = SELECT a FROM t WHERE b='%s'`;
    const files = ['a.cf', 'b.cf'].map((file) => ({ file, text }));
    const { settings, replacements } = importSqlTables(
      [{ parameter: 'virtual_alias_maps', keys: 'virtual', files }],
      'mysql',
    );
    expect(Object.keys(settings.directories)).toEqual(['mysql']);
    expect(settings.maps).toEqual({
      virtual_alias_maps: { kind: 'table', directory: 'mysql', table: ['a', 'b'], keys: 'virtual' },
    });
    expect(replacements).toMatchObject([
      { parameter: 'virtual_alias_maps', specs: ['a.cf', 'b.cf'], map: 'virtual_alias_maps' },
    ]);
  });
});

type MysqlSection = Pick<QuestionSettings, 'tables'>;

const SOCKMAPD = {
  database: {
    host: ['127.0.0.1', '127.0.0.2'],
    port: '3307',
    username: 'postmap',
    password: 'secret',
  },
  sysconfig: { port: '2224', logfile: '/tmp/sockmapd.log' },
  postmaps: [
    {
      service: 'blacklist',
      database: 'postfix',
      table: 'blackwhite',
      key: 'name',
      value: 'status',
      reason: 'reason',
    },
    { service: 'values', database: 'postfix', table: 'v', key: 'k', value: 'v' },
    { service: 'recipient', database: 'dbmail', table: 'dbmail_aliases', key: 'alias' },
  ],
};

describe('sockmapd', () => {
  const imported = (config: object = SOCKMAPD, keys: [string, 'host'][] = []) =>
    importSockmapd(JSON.stringify(config), 'config.json', new Map(keys));

  test('becomes a directory for each database and a map for each service', () => {
    const { settings, listen, notes } = imported(SOCKMAPD, [['blacklist', 'host']]);
    expect(listen).toBe('tcp://127.0.0.1:2224');
    expect(JSON.parse(JSON.stringify(settings))).toMatchObject({
      directories: {
        postfix: {
          hosts: ['127.0.0.1:3307', '127.0.0.2:3307'],
          user: 'postmap',
          tables: { values: { query: "SELECT v, k AS idpmap_key FROM v WHERE k = '%s'" } },
        },
        dbmail: {
          tables: {
            recipient: {
              query: "SELECT alias, alias AS idpmap_key FROM dbmail_aliases WHERE alias = '%s'",
            },
          },
        },
      },
      maps: {
        blacklist: { kind: 'table', directory: 'postfix', table: 'blacklist', keys: 'host' },
        recipient: { kind: 'table', directory: 'dbmail', table: 'recipient' },
      },
    });
    expect(notes.some(({ isEssential }) => isEssential)).toBe(false);
  });

  test('has statements that are taken', () => {
    const { settings } = imported();
    const { directories } = JSON.parse(JSON.stringify(settings));
    const sections = Object.values<MysqlSection>(directories);
    expect(
      sections.flatMap((section) => checkStatements({ people: {}, ...section }, 'mysql')),
    ).toEqual([]);
  });

  test('is read by the names of its README, too, and in any case', () => {
    const { settings } = imported({
      ...SOCKMAPD,
      Database: { Host: '127.0.0.1', Port: 3306, User: 'me', Password: 'x' },
      database: undefined,
    });
    expect(JSON.parse(JSON.stringify(settings)).directories.postfix).toMatchObject({
      hosts: ['127.0.0.1'],
      user: 'me',
    });
  });

  test('on another machine lacks TLS, and an odd name is told', () => {
    const { notes } = imported({
      ...SOCKMAPD,
      database: { ...SOCKMAPD.database, host: ['db.example.org'] },
      postmaps: [{ service: 'x', database: 'y', table: 'a b', key: 'k' }],
    });
    expect(notes.filter(({ isEssential }) => isEssential)).toHaveLength(2);
  });
});
