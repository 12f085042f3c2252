import type { Row } from './row.ts';

const staff = (type: string, settings: string): string =>
  `domains: { example.org: { directory: staff } }\ndirectories:\n  staff: { type: ${type}, ${settings} }\n`;
const ldap = (settings: string): string =>
  staff('ldap', `bind: { anonymous: true }, base: "dc=example", ${settings}`);
const SERVER = 'urls: ldaps://ldap.example.org';
const keycloak = (settings: string): string =>
  staff('keycloak', `realm: r, clientId: c, clientSecret: { env: SECRET }, ${settings}`);
const database = (settings: string): string =>
  staff('postgresql', `database: mail, user: idpmap, ${settings}`);
const asking = (statement: string): string =>
  database(`hosts: db.example.org, people: { account: ${statement} }`);

const SELECT = "SELECT address FROM users WHERE address = '%s'";

/** Settings of servers. */
export const SERVERS: readonly Row[] = [
  [ldap('urls: «ldap.example.org»'), 'ldaps://ldap.example.org'],
  [ldap('urls: [«ldaps://ldap.example.org/dc=example»]'), 'ldaps://ldap.example.org'],
  [ldap('urls: «ldaps:ldap.example.org»'), 'ldaps://ldap.example.org'],
  [ldap('urls: «ldap://10.0.0.5»'), 'ldaps://10.0.0.5'],
  [ldap('urls: «10.0.0.5:389»'), 'ldaps://10.0.0.5'],
  [
    ldap('urls: «"ldaps://a.example, ldaps://b.example"»'),
    '[ ldaps://a.example, ldaps://b.example ]',
  ],
  [ldap(`${SERVER}, preset: «openLDAP»`), 'openldap'],
  [ldap(`${SERVER}, preset: «ad»`), 'active-directory'],
  [
    ldap(`${SERVER}, accounts: { filter: «"(&(mail=%s)(objectClass=person)"» }`),
    '(&(mail=%s)(objectClass=person))',
  ],
  [ldap(`${SERVER}, accounts: { disabled: «"nsAccountLock: true"» }`), 'nsAccountLock=true'],
  [ldap(`${SERVER}, accounts: { address: «"%{uid}@example.org"» }`), '"{uid}@example.org"'],
  [ldap(`${SERVER}, accounts: { logins: [«"{uid}"»] }`), 'uid'],
  [ldap(`${SERVER}, «timeOut»: 1s`), 'timeout', 'did you mean "timeout"?'],
  [ldap(`${SERVER}, «host: ldap.example.org»`), '', 'unknown key'],
  [keycloak('url: «sso.example.org»'), 'https://sso.example.org'],
  [keycloak('url: «https://sso.example.org/realms/r»'), 'https://sso.example.org'],
  [keycloak('url: «https://sso.example.org/auth/admin/»'), 'https://sso.example.org/auth'],
  [
    database(
      `hosts: «postgresql://idpmap:hidden@db.example.org:5433/mail», people: { account: "${SELECT}" }`,
    ),
    'db.example.org:5433',
  ],
  [
    database(`hosts: «"db.example.org,5433"», people: { account: "${SELECT}" }`),
    'db.example.org:5433',
    'write',
  ],
  [
    database(`hosts: «"a.example b.example"», people: { account: "${SELECT}" }`),
    '[ a.example, b.example ]',
  ],
  [database(`hosts: [], people: { account: "${SELECT}" }`.replace('[]', '«[]»')), 'db.example.org'],
  [asking('«"SELECT address FROM users WHERE address = $1"»'), `"${SELECT}"`, SELECT],
  [
    asking('«"SELECT address FROM users WHERE address = ?"»').replace('postgresql', 'mysql'),
    `"${SELECT}"`,
    SELECT,
  ],
  [asking(`«'SELECT address FROM users WHERE address = "%s"'»`), `"${SELECT}"`, SELECT],
  [asking(`«"SELECT address FROM users WHERE address LIKE '%s'"»`), `"${SELECT}"`, SELECT],
  [asking(`«"SELECT address FROM users WHERE address LIKE '%%%s%%'"»`), `"${SELECT}"`, SELECT],
  [asking(`«"${SELECT} -- the address"»`), `"${SELECT}"`, SELECT],
  [asking(`«"${SELECT}; SELECT 1"»`), `"${SELECT}"`, SELECT],
  [asking('«"SELECT address FROM users WHERE address = %{mail}"»'), `"${SELECT}"`, SELECT],
  [
    asking(`"${SELECT}", «alias»: "SELECT alias, target FROM aliases WHERE alias = '%s'"`),
    'aliases',
    'did you mean "aliases"?',
  ],
  [database(`hosts: db.example.org, encrypt: «false», people: { account: "${SELECT}" }`), 'never'],
  [database(`hosts: db.example.org, encrypt: «true», people: { account: "${SELECT}" }`), 'always'],
  [
    database(`hosts: db.example.org, statementTimeout: «1», people: { account: "${SELECT}" }`),
    '1s',
  ],
  [staff('«postgres»', `hosts: db.example.org, database: mail, user: idpmap`), 'postgresql'],
  [
    staff('sqlite', `«file»: users.sqlite, people: { account: "${SELECT}" }`),
    'path',
    'did you mean "path"?',
  ],
];
