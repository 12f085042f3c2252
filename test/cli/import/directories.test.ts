import { describe, expect, test } from 'vitest';
import { importTables } from '../../../src/cli/import/directories.ts';

/** The least that a table needs. */
const LEAST = 'bind = no\nsearch_base = dc=x\n';

interface Made {
  readonly directory: Readonly<Record<string, unknown>>;
  readonly table: unknown;
  readonly notes: readonly string[];
  readonly lacks: readonly string[];
}

/** What one file becomes, as it is read back from YAML. */
function made(text: string): Made {
  const { settings, notes } = importTables([
    { keys: 'exact', files: [{ file: '/etc/postfix/t.cf', text }] },
  ]);
  const { directories } = JSON.parse(JSON.stringify(settings));
  const { tables, ...directory } = directories.ldap;
  const texts = (isEssential: boolean) =>
    notes.filter((note) => note.isEssential === isEssential).map((n) => `${n.where}: ${n.text}`);
  return { directory, table: tables.t, notes: texts(false), lacks: texts(true) };
}

describe('a server', () => {
  test.each<[string, object]>([
    ['', { urls: ['ldap://localhost:389'] }],
    ['server_host = 127.0.0.1\nserver_port = 1389', { urls: ['ldap://127.0.0.1:1389'] }],
    [
      'server_host = a.example:1389, b.example\n  ldap://c.example\nserver_port = 7',
      {
        urls: ['ldap://a.example:1389', 'ldap://b.example:7', 'ldap://c.example:389'],
        insecure: true,
      },
    ],
    ['server_host = ldaps://a.example', { urls: ['ldaps://a.example:636'] }],
    ['server_host = ldapi://%2Frun%2Fldapi', { urls: ['ldapi:///run/ldapi'] }],
    ['server_host = ldapi://%2Frun%2Fldapi/', { urls: ['ldapi:///run/ldapi'] }],
    ['server_host = ldapi:///run/ldapi/', { urls: ['ldapi:///run/ldapi'] }],
    ['server_host = a.example\nstart_tls = YES', { startTls: true }],
    [
      'server_host = ldaps://a\ntls_ca_cert_file = /ca\ntls_cert = /c\ntls_key = /k',
      { tls: { ca: '/ca', cert: '/c', key: '/k' } },
    ],
    ['bind = none', { bind: { anonymous: true } }],
    ['bind = yes\nbind_dn =', { bind: { anonymous: true } }],
    [
      'bind = simple\nbind_dn = cn=p, dc=x\nbind_pw = secret',
      { bind: { dn: 'cn=p, dc=x', password: { file: '/etc/idpmap/ldap.password' } } },
    ],
    ['bind = sasl\nsasl_mechs = external', { bind: { sasl: 'external' } }],
    ['chase_referrals = no', { referrals: 'ignore' }],
    ['timeout = 5', { searchTimeout: '5s', timeout: '6s' }],
    ['timeout = 3600', { searchTimeout: '60s', timeout: '61s' }],
    ['', { type: 'ldap', base: 'dc=x', proof: 'base' }],
  ])('%j', (text, expected) => {
    const { directory, lacks } = made(`${LEAST}${text}\n`);
    expect(directory).toMatchObject(expected);
    expect(lacks).toEqual([]);
  });

  test('is not insecure where TLS or the machine itself keeps the password', () => {
    expect(made(`${LEAST}server_host = a.example\nstart_tls = yes`).directory).not.toHaveProperty(
      'insecure',
    );
    expect(made(LEAST).directory).not.toHaveProperty('insecure');
  });

  test('whose referrals Postfix follows refuses them', () => {
    const { directory, notes } = made(`${LEAST}chase_referrals = yes`);
    expect(directory).not.toHaveProperty('referrals');
    expect(notes).toEqual([expect.stringMatching(/^\/etc\/postfix\/t.cf:3: chase_referrals: /)]);
  });
});

describe('a table', () => {
  test.each<[string, object]>([
    ['', {}],
    ['query_filter = (mail=%s)', { queryFilter: '(mail=%s)' }],
    [
      'query_filter = (&\n# no comment in it\n  # nor this\n  (mail=%s)\n  \n  (a=b))',
      { queryFilter: '(&  (mail=%s)  (a=b))' },
    ],
    ['query_filter = (a=1)\nquery_filter = (a=2)', { queryFilter: '(a=2)' }],
    ['result_attribute = mail, uid cn', { resultAttributes: ['mail', 'uid', 'cn'] }],
    [
      'result_attribute =\nspecial_result_attribute = member',
      { resultAttributes: [], specialResultAttributes: ['member'] },
    ],
    ['result_filter = a%s', { resultFormat: 'a%s' }],
    ['result_filter = a%s\nresult_format = b%s', { resultFormat: 'b%s' }],
    ['special_result_attribute = member', { specialResultAttributes: ['member'] }],
    ['leaf_result_attribute = mail', { leafResultAttributes: ['mail'] }],
    ['terminal_result_attribute = host', { terminalResultAttributes: ['host'] }],
    ['scope = ONE', { scope: 'one' }],
    ['dereference = 0', { dereference: 'never' }],
    ['dereference = 3', { dereference: 'always' }],
    ['domain = example.org, Example.NET', { domain: ['example.org', 'Example.NET'] }],
    ['domain =', {}],
    ['domain = example.org, !example.net', { domain: ['example.org'] }],
    ['domain = !example.net, example.net, example.org', { domain: ['example.org'] }],
    ['result_filter =\nresult_format = b%s', { resultFormat: 'b%s' }],
    ['result_format =', {}],
    ['result_format =\nresult_filter = a%s', { resultFormat: 'a%s' }],
    ['special_result_attribute =', { specialResultAttributes: [] }],
    ['leaf_result_attribute =', { leafResultAttributes: [] }],
    ['terminal_result_attribute =', { terminalResultAttributes: [] }],
    ['tls_ca_cert_file =\ntls_cert =\ntls_key =\nsasl_mechs =', {}],
    ['tls_ca_cert_dir =\ntls_random_file =\ntls_cipher_suite =\nsasl_realm =', {}],
    ['expansion_limit = 5', { expansionLimit: 5, sizeLimit: 5 }],
    ['expansion_limit = 5\nsize_limit = 7', { expansionLimit: 5, sizeLimit: 7 }],
    ['recursion_limit = 9', { recursionLimit: 9 }],
    ['query_filter = (a=$x)', { queryFilter: '(a=$x)' }],
  ])('%j', (text, expected) => {
    const { table, lacks, notes } = made(`${LEAST}${text}\n`);
    expect(table).toEqual(expected);
    expect([...lacks, ...notes]).toEqual([]);
  });

  test('with a base of the key keeps it, and the directory gets what is common to all', () => {
    const { directory, table } = made('bind = no\nsearch_base = ou=%d, dc=x,dc=y\n');
    expect(table).toEqual({ searchBase: 'ou=%d, dc=x,dc=y' });
    expect(directory).toMatchObject({ base: 'dc=x,dc=y' });
  });
});

describe('says what it leaves out', () => {
  test.each([
    ['cache = yes', 'cache: Postfix passes it over as well'],
    ['debuglevel = 1', 'debuglevel: left out, see log.level'],
    ['version = 2', 'version: idpmap speaks version 3'],
    [
      'leaf_result_attribute = mail,employeeType #,description',
      'leaf_result_attribute: "#" is no attribute: left out',
    ],
    ['result_attribute = mail, "uid"', 'result_attribute: ""uid"" is no attribute: left out'],
    ['special_result_attribute = member ;x:', 'special_result_attribute: ";x:" is no attribute'],
    ["result_format = '%s'", 'result_format: the quotation marks are a part of it'],
    ['bind_pw = "s"', 'bind_pw: the quotation marks are a part of it'],
    ['qery_filter = x', 'qery_filter: left out, ldap_table(5) has no such setting'],
    ['constructor = x', 'constructor: left out, ldap_table(5) has no such setting'],
    ['scope = constructor', 'scope: "constructor" is none'],
    ['scope = all', 'scope: "all" is none, Postfix takes sub for it'],
    ['dereference = 4', 'dereference: 4 is none, Postfix takes 0 for it'],
    ['tls_cert = /c', 'tls_cert: left out, for there is no TLS to this server'],
    ['server_host = a.example', 'server_host: there is no TLS'],
    ['bind = sasl\nsasl_mechs = PLAIN EXTERNAL', 'sasl_mechs: only EXTERNAL', 4],
    ['tls_require_cert = no\nstart_tls = yes', 'tls_require_cert: Postfix does not check'],
    ['bind = yes\nbind_dn = cn=p\nbind_pw = secret', 'bind_pw: write the password alone into', 5],
  ])('%j', (text, note, line = 3) => {
    const { notes, lacks } = made(`${LEAST}${text}\n`);
    expect(notes).toEqual([
      expect.stringMatching(`^/etc/postfix/t.cf:${line}: ${RegExp.escape(note)}`),
    ]);
    expect(lacks).toEqual([]);
  });
});

describe('says what is missing', () => {
  test.each([
    [
      'result_attribute =',
      "result_attribute: it is empty, with which Postfix's table answers nothing",
    ],
    ['scope =', 'scope: it is empty, which Postfix refuses'],
    ['query_filter =', 'query_filter: "" can\'t be read'],
    ['result_filter =', 'result_filter: it is empty, which Postfix refuses'],
    ['domain = ,', 'domain: it names none (","), with which Postfix\'s table answers nothing'],
    ['domain = $mydestination', "domain: $mydestination can't be carried over"],
    ['domain = ldap:/etc/postfix/t.cf', "domain: ldap:/etc/postfix/t.cf can't be carried over"],
    ['domain = ldap:other.cf', "domain: ldap:other.cf can't be carried over"],
    ['domain = regexp:/etc/d', "domain: regexp:/etc/d can't be carried over"],
    ['query_filter = "(mail=%s)"', 'query_filter: to Postfix the quotation marks are a part of it'],
    ["bind_dn = 'cn=p'", 'bind_dn: to Postfix the quotation marks are a part of it'],
    ['server_host = "ldap.x"', 'server_host: to Postfix the quotation marks are a part of it'],
    ['bind =', 'bind: "" is none of no, yes, simple and sasl'],
    ['start_tls =', 'start_tls: "" is neither yes nor no'],
    ['chase_referrals =', 'chase_referrals: "" is neither yes nor no'],
    ['tls_require_cert =', 'tls_require_cert: "" is neither yes nor no'],
    ['timeout =', 'timeout: "" is no whole number of at least 1'],
    ['server_port =', 'server_port: "" is no whole number of at least 1'],
    ['version =', 'version: "" is no whole number of at least 1'],
    ['dereference =', 'dereference: "" is no whole number of at least 0'],
    ['expansion_limit =', 'expansion_limit: "" is no whole number of at least 0'],
    ['size_limit =', 'size_limit: "" is no whole number of at least 0'],
    ['recursion_limit =', 'recursion_limit: "" is no whole number of at least 1'],
    ['search_base = ou=%x', 'search_base: "ou=%x" can\'t be read: "%x" at offset 3'],
    [
      'query_filter = (mail=%s',
      'query_filter: "(mail=%s" can\'t be read: expected ")" at offset 8',
    ],
    ['result_format = %', 'result_format: "%" can\'t be read'],
    ['recursion_limit = 0', 'recursion_limit: "0" is no whole number of at least 1'],
    ['start_tls = maybe', 'start_tls: "maybe" is neither yes nor no'],
    ['server_host = ldap://', 'server_host: "ldap://" is no LDAP server'],
    ['server_host =', 'server_host: it names no server, write urls'],
    ['bind = kerberos', 'bind: "kerberos" is none of no, yes, simple and sasl'],
    ['domain = example.org, hash:/etc/d', "domain: hash:/etc/d can't be carried over"],
    ['domain = !example.org', 'domain: it names none ("!example.org"), with which'],
    ['just words', 'this line is no "name = value"'],
  ])('%j', (text, lack) => {
    const { lacks } = made(`${LEAST}${text}\n`);
    expect(lacks[0]).toMatch(RegExp(`^/etc/postfix/t.cf:3: ${RegExp.escape(lack)}`));
  });

  test.each([
    ['bind = sasl\nsasl_mechs = GSSAPI', /t\.cf:4: sasl_mechs: idpmap knows EXTERNAL/],
    ['bind = yes\nbind_dn = cn=p', /t\.cf: bind_pw: it is missing, and without a password cn=p/],
    [
      'server_host = ldaps://a\ntls_cert = /c',
      /t\.cf:4: tls_cert: tls_cert and tls_key go together/,
    ],
  ])('%j, too', (text, lack) => {
    expect(made(`${LEAST}${text}\n`).lacks.join('\n')).toMatch(lack);
  });
});

describe('the root', () => {
  test.each([
    ['search_base =', 'search_base: it is empty, so it is the root', ':2'],
    ['scope = sub', 'search_base: it is missing, and Postfix takes the root', ''],
  ])('is where a table looks with %j', (text, says, line) => {
    const { directory, notes, lacks } = made(`bind = no\n${text}\n`);
    expect(directory).toMatchObject({ base: '' });
    expect(notes).toEqual([expect.stringMatching(`^/etc/postfix/t.cf${line}: ${says}`)]);
    expect(lacks).toEqual([]);
  });

  test('is not what a directory proves itself by where another table has a base', () => {
    const files = ['search_base =', 'search_base = ou=a,dc=x'].map((text, i) => ({
      file: `${i}.cf`,
      text: `bind = no\n${text}\n`,
    }));
    const { settings } = importTables([{ keys: 'exact', files }]);
    expect(JSON.parse(JSON.stringify(settings))).toMatchObject({
      directories: {
        ldap: { base: 'ou=a,dc=x', tables: { '0': { searchBase: '' }, '1': {} } },
      },
    });
  });
});
