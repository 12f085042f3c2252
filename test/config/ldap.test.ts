import { describe, expect, test } from 'vitest';
import { configValidate } from '../../src/cli/config.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { configure } from '../support/command.ts';
import { loadText, mistakesIn } from './fixture.ts';

const OPTIONS = { environment: { SECRET: 'secret' } };

/** A configuration with an LDAP directory that has these lines, from line 6 on; without `bind:`, a right one first. */
function withLdap(...lines: readonly string[]): string {
  const hasBind = lines.some((line) => line.startsWith('bind:'));
  const bind = 'bind: { dn: "cn=idpmap,dc=example,dc=org", password: { env: SECRET } }';
  const all = hasBind ? lines : [bind, ...lines];
  return `domains: { example.org: { directory: staff } }
directories:
  staff:
    type: ldap
    base: dc=example,dc=org
${all.map((line) => `    ${line}\n`).join('')}`;
}

const SERVER = 'urls: ldaps://ldap.example.org';
const WAYS_TO_BIND = 'write dn and password, or sasl: external, or anonymous: true';
const PLACEHOLDERS = 'known are %s %u %d %S %U %D %1 to %9 and %%';
const LOCKOUT =
  'is a lockout that passes: whoever guesses passwords could bounce the mail of others';

describe('tells what is wrong with an LDAP directory, where it is and how to mend it:', () => {
  test.each([
    [
      'no server',
      withLdap(),
      '3:3: directories.staff.urls: is missing, write urls: [ldaps://ldap1.example.org, ldaps://ldap2.example.org]',
    ],
    [
      'an empty list of servers',
      withLdap('urls: []'),
      '7:11: directories.staff.urls: names no server, write ldaps://ldap.example.org',
    ],
    [
      'a host instead of a URL',
      withLdap('urls: ldap.example.org'),
      '7:11: directories.staff.urls: "ldap.example.org" is no LDAP server, write ldaps://ldap.example.org',
    ],
    [
      'a URL with a base',
      withLdap('urls: [ldaps://ldap.example.org/dc=example]'),
      '7:12: directories.staff.urls[0]: "ldaps://ldap.example.org/dc=example" is no LDAP server, write ldaps://ldap.example.org',
    ],
    [
      'a password that everybody on the way reads',
      withLdap('urls: [ldaps://ldap.example.org, ldap://10.0.0.5]'),
      '7:38: directories.staff.urls[1]: ldap://10.0.0.5:389 sends the password in the clear, use ldaps:// or startTls: true (or insecure: true), write ldaps://10.0.0.5',
    ],
    [
      'a name without a password',
      withLdap(SERVER, 'bind: { dn: "cn=idpmap" }'),
      `7:11: directories.staff.bind: ${WAYS_TO_BIND}`,
    ],
    [
      'two ways to bind',
      withLdap(SERVER, 'bind: { dn: "cn=idpmap", password: { env: SECRET }, sasl: external }'),
      `7:11: directories.staff.bind: ${WAYS_TO_BIND}`,
    ],
    [
      'no way to bind',
      withLdap(SERVER, 'bind: { anonymous: false }'),
      `7:11: directories.staff.bind: ${WAYS_TO_BIND}`,
    ],
    [
      'an empty password',
      withLdap(SERVER, 'bind: { dn: "cn=idpmap", password: "" }'),
      '7:40: directories.staff.bind.password: is empty, write something or leave it out',
    ],
    [
      'a certificate without its key',
      withLdap(SERVER, 'tls: { cert: client.pem }'),
      '8:10: directories.staff.tls: cert and key go together, write both',
    ],
    [
      'an unknown preset',
      withLdap(SERVER, 'preset: active-direktory'),
      '8:13: directories.staff.preset: unknown value "active-direktory", did you mean "active-directory"?',
    ],
    [
      'an attribute that is none',
      withLdap(SERVER, 'accounts: { logins: [uid, user name] }'),
      '8:31: directories.staff.accounts.logins[1]: is no attribute, write its name: mail',
    ],
    [
      'a pattern that is none',
      withLdap(SERVER, 'accounts: { address: "uid@example.org" }'),
      '8:26: directories.staff.accounts.address: is neither an attribute (mail) nor a pattern ({uid}@example.org)',
    ],
    [
      "a pattern's domain that is none",
      withLdap(SERVER, 'accounts: { address: [mail, "{uid}@ex%61mple.org"] }'),
      '8:33: directories.staff.accounts.address[1]: can\'t be read: "ex%61mple.org" in "{uid}@ex%61mple.org" is no domain',
    ],
    [
      'a condition that is none',
      withLdap(SERVER, 'accounts: { disabled: nsAccountLock }'),
      '8:27: directories.staff.accounts.disabled: is no condition, write attribute=value or attribute&bits',
    ],
    [
      'a filter that does not end',
      withLdap(SERVER, 'accounts: { filter: "(&(objectClass=person)(mail=%s)" }'),
      '8:25: directories.staff.accounts.filter: can\'t be read: expected ")" at offset 31, where the filter ends, write (&(objectClass=person)(mail=%s))',
    ],
    [
      'an unknown placeholder in a filter',
      withLdap(SERVER, 'groups: { filter: "(mail=%q)" }'),
      `8:23: directories.staff.groups.filter: can't be read: "%q" at offset 6 means nothing here, write (mail=%s)`,
    ],
    [
      'an unknown placeholder in a base',
      withLdap(SERVER, 'accounts: { base: "ou=%x,dc=example" }'),
      `8:23: directories.staff.accounts.base: can't be read: "%x" at offset 3 means nothing here, ${PLACEHOLDERS}`,
    ],
    [
      'a list of domains without a filter',
      withLdap(SERVER, 'listDomains: { attribute: dc }'),
      '8:5: directories.staff.listDomains.filter: is missing, write filter: (objectClass=domainRelatedObject)',
    ],
    [
      'a filter of domains with a parenthesis too many',
      withLdap(SERVER, 'listDomains: { filter: "(dc=*))", attribute: dc }'),
      '8:28: directories.staff.listDomains.filter: can\'t be read: expected the end at offset 6, not ")", write (dc=*)',
    ],
  ])('%s', async (_, text, mistake) => {
    expect(await mistakesIn(text, OPTIONS)).toEqual([mistake]);
  });

  test.each([
    'lockoutTime=1',
    'badPwdCount&15',
    'accountUnlockTime=20380101000000Z',
    'passwordRetryCount=3',
    'pwdAccountLockedTime=20260101000000Z',
  ])('a lockout that passes: %s', async (condition) => {
    const text = withLdap(SERVER, `accounts: { disabled: ["${condition}"] }`);
    expect(await mistakesIn(text, OPTIONS)).toEqual([
      `8:28: directories.staff.accounts.disabled[0]: ${LOCKOUT}`,
    ]);
  });

  test('all texts of a table that can not be read', async () => {
    const text = withLdap(
      SERVER,
      'tables:',
      '  transport:',
      '    searchBase: "ou=%"',
      '    queryFilter: "(cn=%s"',
      '    resultFormat: "smtp:%q"',
    );
    expect(await mistakesIn(text, OPTIONS)).toEqual([
      `10:21: directories.staff.tables.transport.searchBase: can't be read: "%" at offset 3 means nothing here, ${PLACEHOLDERS}`,
      `11:22: directories.staff.tables.transport.queryFilter: can't be read: expected ")" at offset 6, where the filter ends, write (cn=%s)`,
      `12:23: directories.staff.tables.transport.resultFormat: can't be read: "%q" at offset 5 means nothing here, ${PLACEHOLDERS}`,
    ]);
  });

  test('a filter that a variable gave', async () => {
    const environment = {
      ...OPTIONS.environment,
      IDPMAP_DIRECTORIES__STAFF__ACCOUNTS__FILTER: 'mail=%s)',
    };
    expect(await mistakesIn(withLdap(SERVER), { ...OPTIONS, environment })).toEqual([
      'config: directories.staff.accounts.filter (IDPMAP_DIRECTORIES__STAFF__ACCOUNTS__FILTER): can\'t be read: expected the end at offset 7, not ")", write mail=%s',
    ]);
  });

  test('no bind at all', async () => {
    const text = withLdap(SERVER, 'bind: {}').replace(/ +bind.*\n/, '');
    expect(await mistakesIn(text, OPTIONS)).toEqual([
      '3:3: directories.staff.bind: is missing, write bind: { dn: "cn=idpmap,dc=example,dc=org", password: { file: /run/secrets/ldap } }',
    ]);
  });
});

test('a command ends with 78 where a filter can not be read', async () => {
  const lines = [SERVER, 'bind: { anonymous: true }', 'groups: { filter: "(mail=%s" }'];
  const { config } = await configure({ 'idpmap.yaml': withLdap(...lines) });
  await expect(configValidate({ config })).rejects.toMatchObject({
    code: EXIT.config,
    message: expect.stringContaining('directories.staff.groups.filter'),
  });
});

const MAP = 'maps: { hosts: { kind: table, directory: staff, table: tranport } }\n';

test.each([
  [
    'has other tables',
    withLdap(SERVER, 'tables: { transport: { queryFilter: "(cn=%s)" } }'),
    'there is no table "tranport" in directories.staff.tables, did you mean "transport"?',
  ],
  [
    'has no tables',
    withLdap(SERVER),
    'there is no table "tranport" in directories.staff.tables, configure it under directories.staff.tables',
  ],
])('tells a map of a table where the directory %s', async (_, text, message) => {
  const [mistake] = await mistakesIn(`${text}${MAP}`, OPTIONS);
  expect(mistake?.replace(/^\d+:\d+: /, '')).toBe(`maps.hosts.table: ${message}`);
});

test.each([
  ['[transport, tranport]', 'maps.hosts.table[1]'],
  ['[transport, { table: tranport }]', 'maps.hosts.table[1].table'],
  ['{ directory: staff, table: tranport }', 'maps.hosts.table.table'],
])('tells which one of several tables the directory lacks: %s', async (tables, where) => {
  const text = withLdap(SERVER, 'tables: { transport: { queryFilter: "(cn=%s)" } }');
  const [mistake] = await mistakesIn(`${text}${MAP.replace('tranport', tables)}`, OPTIONS);
  expect(mistake?.replace(/^\d+:\d+: /, '')).toBe(
    `${where}: there is no table "tranport" in directories.staff.tables, did you mean "transport"?`,
  );
});

test('takes a map of a table that a file directory may hold', async () => {
  const text = `${withLdap(SERVER)}  people: { type: file, path: people.yaml }\n`;
  const { settings } = await loadText(`${text}${MAP.replace('staff', 'people')}`, OPTIONS);
  expect(settings.maps).toHaveProperty('hosts');
});

test('needs no configured domain where an LDAP directory lists them', async () => {
  const text = withLdap(SERVER, 'listDomains: { filter: "(dc=*)", attribute: dc }');
  const { settings } = await loadText(text.replace(/^domains.*\n/, ''), OPTIONS);
  expect(settings.domains).toEqual({});
});

test.each([
  ['a server on this machine', ['urls: ldap://127.0.0.1']],
  ['a socket', ['urls: ldapi:///run/slapd/ldapi', 'bind: { sasl: external }']],
  ['StartTLS', ['urls: ldap://ldap.example.org', 'startTls: true']],
  ['a network that is trusted', ['urls: ldap://ldap.example.org', 'insecure: true']],
  ['a directory for everybody', [SERVER, 'bind: { anonymous: true }']],
  [
    "an administrator's lock",
    [SERVER, 'accounts: { disabled: pwdAccountLockedTime=000001010000Z }'],
  ],
])('takes %s', async (_, lines) => {
  const { settings } = await loadText(withLdap(...lines), OPTIONS);
  expect(settings.directories).toHaveProperty('staff.type', 'ldap');
});
