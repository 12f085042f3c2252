import { describe, expect, test } from 'vitest';
import { importTables } from '../../../src/cli/import/directories.ts';

/** The least that a table needs. */
const LEAST = 'bind = no\nsearch_base = dc=x\n';

describe('several files', () => {
  const filesOf = (...texts: readonly string[]) =>
    texts.map((text, i) => ({ file: `/etc/${i}/users.cf`, text }));
  const importAll = (...texts: readonly string[]) =>
    importTables([{ keys: 'exact', files: filesOf(...texts) }]);

  test('of one server share a directory, with a table and a map each', () => {
    const { settings, replacements } = importAll(LEAST, `${LEAST}result_attribute = uid`);
    expect(settings).toMatchObject({
      directories: {
        ldap: { tables: { users: {}, 'users-2': { resultAttributes: ['uid'] } } },
      },
      maps: {
        users: { kind: 'table', directory: 'ldap', table: 'users' },
        'users-2': { kind: 'table', directory: 'ldap', table: 'users-2' },
      },
    });
    expect(replacements).toMatchObject([
      { specs: ['/etc/0/users.cf'], map: 'users' },
      { specs: ['/etc/1/users.cf'], map: 'users-2' },
    ]);
  });

  test('that are asked for parts of a key are one map, in their order', () => {
    const files = filesOf(LEAST, `${LEAST}server_host = ldaps://b`, LEAST);
    const { settings, replacements } = importTables([{ keys: 'address', files }]);
    expect(settings.maps).toEqual({
      users: {
        kind: 'table',
        directory: 'ldap',
        table: ['users', { directory: 'ldap-2', table: 'users-2' }, 'users-3'],
        keys: 'address',
      },
    });
    expect(replacements).toMatchObject([{ specs: files.map(({ file }) => file), map: 'users' }]);
  });

  test('of one line of main.cf are one map with its name, a file of two lines is one table', () => {
    const [a, b] = filesOf(LEAST, `${LEAST}result_attribute = uid`);
    const files = [a, b].filter((file) => file !== undefined);
    const { settings, replacements } = importTables([
      { parameter: 'virtual_alias_maps', keys: 'virtual', files: files.toReversed() },
      { parameter: 'transport_maps', keys: 'domain', files: [...files, ...files] },
      { parameter: 'virtual_mailbox_domains', keys: 'exact', files },
    ]);
    const table = { kind: 'table', directory: 'ldap' };
    expect(settings.maps).toEqual({
      virtual_alias_maps: { ...table, table: ['users', 'users-2'], keys: 'virtual' },
      transport_maps: { ...table, table: ['users-2', 'users'], keys: 'domain' },
      virtual_mailbox_domains: { ...table, table: ['users-2', 'users'], result: 'OK' },
    });
    expect(replacements[0]).toMatchObject({
      parameter: 'virtual_alias_maps',
      specs: ['/etc/1/users.cf', '/etc/0/users.cf'],
      map: 'virtual_alias_maps',
    });
  });

  test.each([
    'server_host = ldaps://b',
    'bind = yes\nbind_dn = cn=q\nbind_pw = p',
    'bind = yes\nbind_dn = cn=p\nbind_pw = q',
    'start_tls = yes',
  ])('that differ in %j do not', (text) => {
    const first = `${LEAST}bind = yes\nbind_dn = cn=p\nbind_pw = p\n`;
    const { settings } = importAll(first, `${first}${text}`);
    expect(Object.keys(settings.directories)).toEqual(['ldap', 'ldap-2']);
  });

  test('share the longest of their timeouts', () => {
    const { settings } = importAll(`${LEAST}timeout = 3`, `${LEAST}timeout = 7`, LEAST);
    expect(settings.directories).toMatchObject({ ldap: { searchTimeout: '7s', timeout: '8s' } });
  });
});

describe('the domains of a table', () => {
  const table = (domain: string): string => `${LEAST}domain = ${domain}\n`;
  const MYDESTINATION = `${LEAST}query_filter = (associatedDomain=%s)\n`;

  /** What the table of the first file becomes, and what is told. */
  function made(domain: string, others: Readonly<Record<string, string>>, more: string[] = []) {
    const { settings, notes } = importTables(
      [
        {
          keys: 'exact',
          files: [
            { file: '/etc/t.cf', text: table(domain) },
            ...more.map((file) => ({ file, text: others[file] ?? '' })),
          ],
        },
      ],
      Object.entries(others).map(([file, text]) => ({ file, text })),
    );
    const { directories, maps } = JSON.parse(JSON.stringify(settings));
    return {
      table: directories.ldap.tables.t,
      tables: Object.keys(directories.ldap.tables),
      maps: Object.keys(maps),
      notes: notes.map(({ text }) => text),
      lacks: notes.filter(({ isEssential }) => isEssential),
    };
  }

  test.each([
    ['/etc/d', '# ours\nexample.org, example.net\n', ['example.org', 'example.net']],
    ['/etc/d', 'example.org\n!example.net\nexample.net', ['example.org']],
    ['hash:/etc/d', 'example.org  OK\n# x\nexample.net anything\n', ['example.org', 'example.net']],
    ['proxy:lmdb:/etc/d, a.example', 'example.org x', ['example.org', 'a.example']],
  ])('that %j holds are written out, and that is told', (domain, text, expected) => {
    const { table: read, notes, lacks } = made(domain, { '/etc/d': text });
    expect(read).toEqual({ domain: expected });
    expect(notes).toEqual([
      expect.stringContaining('domain: the domains of /etc/d were written out'),
    ]);
    expect(lacks).toEqual([]);
  });

  test.each([
    ['that is imported, too', ['/etc/m.cf'], ['t', 'm']],
    ['that only they name', [], ['t']],
  ])('may be in another table %s', (_, more, maps) => {
    const read = made('proxy:ldap:/etc/m.cf', { '/etc/m.cf': MYDESTINATION }, more);
    expect(read.table).toEqual({ domainTable: 'm' });
    expect(read.tables.toSorted()).toEqual(['m', 't']);
    expect(read.maps).toEqual(maps);
    expect(read.lacks).toEqual([]);
  });

  test('may be in another table, and some besides', () => {
    const read = made('example.net, ldap:/etc/m.cf', { '/etc/m.cf': MYDESTINATION });
    expect(read.table).toEqual({ domain: ['example.net'], domainTable: 'm' });
  });

  test.each([
    ['another server', 'ldap:/etc/m.cf', `${MYDESTINATION}server_host = ldaps://b`],
    ['a file that holds no domains', '/etc/m.cf', 'just w@rds'],
  ])('can’t be carried over from %s, which is told', (_, domain, text) => {
    const { lacks } = made(domain, { '/etc/m.cf': text });
    expect(lacks.map(({ text: says }) => says)).toContainEqual(
      expect.stringContaining("can't be carried over"),
    );
  });

  test('that lead back to it are no domains', () => {
    const { lacks } = made('ldap:/etc/t.cf', {});
    expect(lacks).toHaveLength(1);
  });
});

describe('a map for which only counts that there is an answer', () => {
  const settingsOf = (text: string, parameter?: string) =>
    importTables([
      {
        ...(parameter !== undefined && { parameter }),
        keys: 'exact',
        files: [{ file: 't.cf', text: `${LEAST}${text}` }],
      },
    ]).settings.maps;

  test.each([
    ['query_filter = (mail=*@%s)', undefined],
    ['query_filter = (&(|(mail=*@%s)(mailalias=*@%s))(mailEnabled=TRUE))', undefined],
    ['query_filter = (mail=%s)', 'virtual_mailbox_domains'],
    ['query_filter = (mail=%s)', 'relay_recipient_maps'],
  ])('answers OK: %j of %s', (text, parameter) => {
    expect(Object.values(settingsOf(text, parameter))).toEqual([
      expect.objectContaining({ result: 'OK' }),
    ]);
  });

  test.each([
    ['query_filter = (mail=%s)', undefined],
    ['query_filter = (|(mail=*@%s)(mail=%s))', undefined],
    ['query_filter = (mail=*@%d)', undefined],
    ['query_filter = (mail=*@example.org)', undefined],
    ['query_filter = (mail=*@%s)', 'virtual_alias_maps'],
  ])('is no other: %j of %s', (text, parameter) => {
    expect(JSON.stringify(settingsOf(text, parameter))).not.toContain('result');
  });
});

test.each([
  ['$mydestination', ['example.org', 'h.example.org']],
  ['${mydestination}', ['example.org', 'h.example.org']],
  ['$(mydestination), example.net', ['example.org', 'h.example.org', 'example.net']],
])('takes %j of a main.cf of old for what it sets there', (domain, expected) => {
  const text = `myhostname = h.example.org\nmydestination = example.org, $myhostname\np_${LEAST.replace('\n', '\np_')}p_domain = ${domain}\n`;
  const { settings, notes } = importTables([{ keys: 'exact', files: [{ file: 'main.cf', text }] }]);
  expect(settings.directories).toMatchObject({ ldap: { tables: { p: { domain: expected } } } });
  expect(notes).toEqual([]);
});

test('reads the tables that a main.cf of old describes', () => {
  const text = `
smtp_bind_address = 192.0.2.1
people_search_base = dc=x
people_bind = no
lists_search_base = dc=y
lists_bind = no
lists_query_filter = (a=$b)
`;
  const { settings, notes, replacements } = importTables([
    { keys: 'exact', files: [{ file: 'main.cf', text }] },
  ]);
  expect(settings.directories).toMatchObject({
    ldap: { tables: { people: {}, lists: { searchBase: 'dc=y' } } },
  });
  expect(replacements).toMatchObject([
    { specs: ['people'], map: 'people' },
    { specs: ['lists'], map: 'lists' },
  ]);
  expect(notes).toEqual([
    {
      where: 'main.cf:7',
      text: 'lists_query_filter: it refers to another parameter: write its value',
      isEssential: true,
    },
  ]);
});
