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
    expect(replacements).toEqual([
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
    expect(replacements).toEqual([{ specs: files.map(({ file }) => file), map: 'users' }]);
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
      virtual_mailbox_domains: { ...table, table: ['users-2', 'users'] },
    });
    expect(replacements[0]).toEqual({
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
    expect(settings.directories).toMatchObject({ ldap: { timeout: '7s' } });
  });
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
  expect(replacements).toEqual([
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
