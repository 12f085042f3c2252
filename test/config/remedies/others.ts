import { DOMAINS, file, LEAST, PEOPLE, type Row } from './row.ts';

const staff = (type: string, settings: string): string =>
  `domains: { example.org: { directory: staff } }\ndirectories:\n  staff: { type: ${type}, ${settings} }\n`;
const ldap = (settings: string): string =>
  staff('ldap', `urls: ldaps://ldap.example.org, base: "dc=example", ${settings}`);
const LOGIN = 'bind: { anonymous: true }';
const keycloak = (settings: string): string =>
  staff('keycloak', `realm: r, url: https://sso.example.org, ${settings}`);
const SELECT = "SELECT address FROM users WHERE address = '%s'";
const database = (settings: string): string =>
  staff(
    'postgresql',
    `database: mail, user: idpmap, people: { account: "${SELECT}" }, ${settings}`,
  );
const fleet = (settings: string): string => `${LEAST}fleet: { key: { env: SECRET }, ${settings} }`;

/** What other programs call a setting, turn on and off, or fill in before they read it. */
export const OTHERS: readonly Row[] = [
  [
    staff('ldap', `«host: ldap.example.org, port: 636», base: "dc=example", ${LOGIN}`),
    'urls: ldaps://ldap.example.org:636',
  ],
  [
    staff(
      'ldap',
      '«server_host: ldap.example.org, search_base: "dc=x", bind_dn: "cn=x", bind_pw: x»',
    ),
    'urls: ldaps://ldap.example.org, base: "dc=x", bind: { dn: "cn=x", password: x }',
    'write urls: ldaps://ldap.example.org for server_host, base for search_base, bind.dn for bind_dn, bind.password for bind_pw',
  ],
  [
    ldap('«bindDn: "cn=x", bindPassword: x»'),
    'bind: { dn: "cn=x", password: x }',
    'bind.dn for bindDn',
  ],
  [ldap('bind: { «user»: "cn=x", password: { env: SECRET } }'), 'dn', 'did you mean "dn"?'],
  [
    ldap('bind: { dn: "cn=x", «passwordFile: /dev/null» }'),
    'password: { env: SECRET }',
    'write password: { file: /dev/null }',
  ],
  [ldap('bind: «anonymous»'), '{ anonymous: true }'],
  [ldap(`${LOGIN}, «filter: (objectClass=person)»`), 'accounts: { filter: (objectClass=person) }'],
  [ldap(`${LOGIN}, «tls_ca_cert_file: /etc/ca.pem»`), 'tls: { ca: /etc/ca.pem }'],
  [ldap(`${LOGIN}, tls: { «caFile»: /etc/ca.pem }`), 'ca', 'did you mean "ca"?'],
  [ldap(`${LOGIN}, mirror: { path: /x/m.db«, enabled: true» }`), '', 'leave it out'],
  [ldap(`${LOGIN}«, mirror: { path: /x/m.db, enabled: false }»`), '', 'leave mirror out'],
  [
    staff('ldap', `urls: ldaps://ldap.example.org, base: «example.org», ${LOGIN}`),
    '"dc=example,dc=org"',
    'write "dc=example,dc=org"',
  ],
  [
    'domains: { example.org: { directory: ldap } }\n«ldap: { urls: ldaps://l, base: dc=x, bind: { anonymous: true } }»',
    'directories: { ldap: { type: ldap, urls: ldaps://l, base: dc=x, bind: { anonymous: true } } }',
    'write directories: { ldap: { type: ldap, … } }',
  ],
  [
    staff('keycloak', 'realm: r, clientId: c, clientSecret: x, «auth-server-url»: https://sso'),
    'url',
    'did you mean "url"?',
  ],
  [keycloak('clientSecret: x, «resource»: c'), 'clientId', 'did you mean "clientId"?'],
  [keycloak('clientId: c, «credentials: { secret: x }»'), 'clientSecret: x', 'clientSecret: …'],
  [keycloak('clientId: c, clientSecret: x, organizations: «true»'), '{}'],
  [database('«host»: db.example.org'), 'hosts', 'did you mean "hosts"?'],
  [database('«hosts: db.example.org, port: 5433»'), 'hosts: db.example.org:5433'],
  [database('hosts: db.example.org, «sslmode: require»'), 'encrypt: always'],
  [
    database('hosts: db.example.org, «pass»: { env: SECRET }'),
    'password',
    'did you mean "password"?',
  ],
  [fleet('«host: 127.0.0.1, port: 6379»'), 'url: valkey://127.0.0.1:6379'],
  [fleet('url: «10.0.0.7:6379»'), 'valkeys://10.0.0.7:6379'],
  [
    fleet('sentinel: { «master»: m, urls: ["valkeys://127.0.0.1"] }'),
    'primary',
    'did you mean "primary"?',
  ],
  [`${LEAST}cache: { «ttl: 60» }`, 'fresh: 60s'],
  [`${LEAST}cache: { «size: 1000» }`, 'entries: { found: 1000 }'],
  [`${LEAST}«cache: off»`, '', "leave it out: it can't be turned off"],
  [`${LEAST}«log: on»`, '', 'leave it out: it is there without'],
  [`${LEAST}«logLevel: debug»`, 'log: { level: debug }'],
  [`${LEAST}«metrics»: 127.0.0.1:9101`, 'http', 'did you mean "http"?'],
  [`${LEAST}«http: { enabled: false }»`, 'http: off'],
  [
    `${LEAST}http: { «tokenFile: /dev/null» }`,
    'token: { env: SECRET }',
    'token: { file: /dev/null }',
  ],
  [
    `${LEAST}listen: «{ endpoint: "unix:/run/x", mode: 0660, group: postfix }»`,
    'unix:/run/x?mode=0660&group=postfix',
    'write listen: unix:/run/x?mode=0660&group=postfix',
  ],
  [`${LEAST}listen: «unix:/run/x?mode=0660&owner=root»`, 'unix:/run/x?mode=0660'],
  [`${LEAST}listen: «unix:/run/x?mode=432»`, 'unix:/run/x?mode=0660', 'write mode=0660'],
  [`${LEAST}listen: «socket:/run/x»`, 'unix:/run/x'],
  [
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: 10.0.0.0/8, tls: «true» }`,
    '{ cert: /etc/idpmap/tls.crt, key: /etc/idpmap/tls.key }',
  ],
  [
    `${LEAST}listen: 127.0.0.1:9100\nhttp: «127.0.0.1:9100»`,
    '127.0.0.1:9101',
    'give it another port',
  ],
  [`${LEAST}cache: { file: «people.yaml» }`, 'cache', 'give it one of its own'],
  [`${LEAST}cache: { file: «/var/lib/idpmap/» }`, '/var/lib/idpmap/cache', 'name a file in it'],
  [`${LEAST}control: «unix:/run/idpmap/control»`, '/run/idpmap/control'],
  [`${LEAST}«control: off»`, '', 'leave it out'],
  [`${LEAST}state: «false»`, 'off'],
  [`${LEAST}state: «{ path: /var/lib/idpmap/state }»`, '/var/lib/idpmap/state'],
  [`${LEAST}cache: { stale: «unlimited» }`, '365d'],
  [`${LEAST}cache: { stale: «off» }`, '0ms'],
  [`${LEAST}cache: { fresh: «1h30m» }`, '90m'],
  [`${LEAST}cache: { fresh: «PT90S» }`, '90s'],
  [`${LEAST}log: { level: «verbose» }`, 'debug'],
  [`${LEAST}maps: { user-exists: { kind: «users» } }`, 'mailboxes'],
  [
    `${LEAST}maps: { user-exists: { «type»: mailboxes } }`,
    'kind',
    'is missing, write kind: mailboxes in place of type',
  ],
  [`${DOMAINS}directories: { people: { type: «yaml», path: people.yaml } }`, 'file'],
  [
    `${DOMAINS}directories: «[{ type: file, path: people.yaml }]»`,
    '{ people: { type: file, path: people.yaml } }',
    'write { people: { type: file',
  ],
  [
    `${DOMAINS}directories: «{ type: file, path: people.yaml }»`,
    '{ people: { type: file, path: people.yaml } }',
    'write them under a name: directories: { people: { … } }',
  ],
  [`${PEOPLE}domains: { example.org: { directory: «{ name: people }» } }`, 'people'],
  [
    `${PEOPLE}domains: { «"example.org, example.net"»: &d { directory: people } }`,
    'example.org',
    'write each by itself: example.org, example.net',
  ],
  [
    `${PEOPLE}domains: { example.org: { directory: people«, catchAll: false» } }`,
    '',
    'leave it out',
  ],
  [file('limit: { «rate»: 100 }'), 'perSecond', 'did you mean "perSecond"?'],
  [file('breaker: { «threshold»: 50% }'), 'failures', 'did you mean "failures"?'],
  [
    `${LEAST}log:\n  key: «\${LOG_KEY}»`,
    '{ env: SECRET }',
    'a variable is not filled in here, and counts as it stands, write { env: LOG_KEY }',
  ],
  [
    `${LEAST}deadline: «\${DEADLINE}»`,
    '200ms',
    'write the value itself, or leave it out and set IDPMAP_DEADLINE',
  ],
  [`${LEAST}log: { key: «12345678» }`, '"12345678"', 'write it in quotes'],
  [`${LEAST}log: { key: «{ file: /x, env: SECRET }» }`, '{ env: SECRET }', 'keep one of them'],
  [`${LEAST}log: { key: { env: «$SECRET» } }`, 'SECRET', 'write { env: SECRET }'],
];
