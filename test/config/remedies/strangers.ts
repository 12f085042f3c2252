import { DOMAINS, LEAST, PEOPLE, type Row } from './row.ts';

const staff = (type: string, settings: string): string =>
  `domains: { example.org: { directory: staff } }\ndirectories:\n  staff: { type: ${type}, ${settings} }\n`;
const SERVER = 'urls: ldaps://ldap.example.org, base: "dc=example"';
const LOGIN = 'bind: { anonymous: true }';
const ldap = (settings: string): string => staff('ldap', `${SERVER}, ${LOGIN}, ${settings}`);
const realm = (settings: string): string =>
  staff('keycloak', `url: https://sso.example.org, realm: r, ${settings}`);
const CLIENT = 'clientId: c, clientSecret: { env: SECRET }';
const keycloak = (settings: string): string => realm(`${CLIENT}, ${settings}`);
const SELECT = "SELECT address FROM users WHERE address = '%s'";
const ASKING = `people: { account: "${SELECT}" }`;
const database = (settings: string): string => staff('postgresql', settings);
const asking = (statement: string): string =>
  database(`hosts: db, database: mail, user: idpmap, people: { account: ${statement} }`);
const domain = (settings: string): string =>
  `${PEOPLE}domains: { example.org: { directory: people, ${settings} } }`;
const filter = (text: string): string => ldap(`accounts: { filter: "${text}" }`);

/** Placeholders that other programs fill in: whoever has them would be found by nobody. */
const PLACEHOLDERS: readonly Row[] = [
  ...['{0}', '${user}', '{{username}}', '%(user)s', '%{user}', '%v', '$1', '?'].map(
    (place): Row => [filter(`«(mail=${place})»`), '(mail=%s)'],
  ),
  ...[
    "'{0}'",
    '%(user)s',
    "'%(user)s'",
    "'${user}'",
    "'{{ user }}'",
    ':address',
    '@address',
    "'%1$s'",
    "'%w'",
    "''",
  ].map(
    (place): Row => [
      asking(`«"SELECT address FROM users WHERE address = ${place}"»`),
      `"${SELECT}"`,
      SELECT,
    ],
  ),
  [
    asking(`«"SELECT address FROM users WHERE address = '%n@%d'"»`),
    `"SELECT address FROM users WHERE address = '%u@%d'"`,
    "'%u@%d'",
  ],
  [asking('«"SELECT address FROM users"»'), `"${SELECT}"`, "write '%s' where the address belongs"],
  [filter('«(mail=%s)(objectClass=person)»'), '(&(mail=%s)(objectClass=person))'],
  [filter('«(a=b) OR (c=d)»'), '(|(a=b)(c=d))'],
  [filter('«(!mail=x)»'), '(!(mail=x))'],
];

/** Whether TLS is spoken, and who is believed, is said elsewhere. */
const SECURED: readonly Row[] = [
  [ldap('«tls: true»').replace(', }', ' }'), '', 'leave it out: whether TLS is spoken stands'],
  [
    staff(
      'ldap',
      `urls: ldap://10.0.0.5, base: "dc=example", ${LOGIN}, insecure: true, «tls: true»`,
    ),
    'startTls: true',
    'write startTls: true in its place',
  ],
  [database(`hosts: db, database: mail, user: idpmap, ${ASKING}, «tls: true»`), 'encrypt: always'],
  [database(`hosts: db, database: mail, user: idpmap, ${ASKING}, «tls: off»`), 'encrypt: never'],
  [ldap('tls: «/etc/ssl/ca.pem»'), '{ ca: /etc/ssl/ca.pem }'],
  [ldap('tls: { «verify: false» }'), '', 'name its authority in ca'],
  [ldap('tls: { «rejectUnauthorized: false» }'), '', 'name its authority in ca'],
  [keycloak('«verify_ssl: false»'), '', 'name its authority in tls: { ca: FILE }'],
  [`${LEAST}http: { endpoint: 127.0.0.1:9101«, tls: true» }`, '', 'put a proxy before it'],
  [keycloak('emailVerified: «true»'), 'required'],
];

/** Names that other programs give to the same, several at a time. */
const NAMES: readonly Row[] = [
  [ldap('«auth_bind_userdn: "uid=%u"»'), '', 'leave it out: idpmap looks addresses up'],
  [ldap('«start_tls: yes»'), 'startTls: true'],
  [ldap('«ldap_version: 3»'), '', 'leave it out: version 3'],
  [ldap('«special_result_attribute: member»'), '', 'leave it out: it belongs to a table'],
  [ldap('«domain: example.org»'), '', 'leave it out: which directory a domain asks'],
  [staff('ldap', `${SERVER}, bind: «no»`), '{ anonymous: true }'],
  [
    staff('ldap', '«uris: ldaps://l, base: "dc=x", dn: "cn=x", dnpass: x, scope: subtree»'),
    'urls: ldaps://l, base: "dc=x", bind: { dn: "cn=x", password: x }, accounts: { scope: sub }',
    'bind.dn for dn, bind.password for dnpass, accounts.scope: sub for scope',
  ],
  [
    staff(
      'ldap',
      '«ldap_uri: ldaps://l, ldap_search_base: "dc=x", ldap_default_bind_dn: "cn=x", ldap_default_authtok: x»',
    ),
    'urls: ldaps://l, base: "dc=x", bind: { dn: "cn=x", password: x }',
    'write urls for ldap_uri, base for ldap_search_base',
  ],
  [
    staff('ldap', '«host: l, baseDN: "dc=x", bindDN: "cn=x", bindCredentials: x»'),
    'urls: ldaps://l, base: "dc=x", bind: { dn: "cn=x", password: x }',
    'write urls: ldaps://l for host, base for baseDN',
  ],
  [
    staff(
      'keycloak',
      '«server-url: https://s.org/auth/, realm-name: r, client_id: c, client-secret: x»',
    ),
    'url: https://s.org/auth, realm: r, clientId: c, clientSecret: x',
    'write url for server-url, realm for realm-name, clientId for client_id, clientSecret for client-secret',
  ],
  [
    staff('keycloak', `«issuer: https://s.org/realms/r», ${CLIENT}`),
    'url: https://s.org, realm: r',
  ],
  [keycloak('«grantType: client_credentials»'), '', 'leave it out'],
  [keycloak('«insecure: true»'), '', 'leave it out'],
  [keycloak('«aliases»: mailAlias'), 'aliasAttribute', 'did you mean "aliasAttribute"?'],
  [
    database(`«connect: "host=db dbname=mail user=mail password=x"», ${ASKING}`),
    'hosts: db, database: mail, user: mail, password: x',
    'write hosts: db, database: mail, user: mail, password: …',
  ],
  [
    database(`«url: "postgresql://mail:x@db/mail"», ${ASKING}`),
    'hosts: db, database: mail, user: mail, password: x',
    'write hosts: db, database: mail, user: mail, password: …',
  ],
  [
    staff('mysql', `«dsn: "mail:x@tcp(db:3307)/mail"», ${ASKING}`),
    'hosts: "db:3307", database: mail, user: mail, password: x',
    'database: mail, user: mail, password: …',
  ],
  [
    database(`hosts: db, «dbname: mail, user: idpmap, query: "${SELECT}"»`),
    `database: mail, user: idpmap, ${ASKING}`,
    'write database for dbname, people.account for query',
  ],
];

/** People, domains and maps. */
const THINGS: readonly Row[] = [
  [
    domain('roles: «[postmaster, abuse]»'),
    '{ postmaster: ops@example.org, abuse: ops@example.org }',
  ],
  [domain('roles: «ann@example.org»'), '{ postmaster: ann@example.org }'],
  [domain('roles: «["abuse: ann@example.org"]»'), '{ abuse: ann@example.org }'],
  [domain('«postmaster: ann@example.org»'), 'roles: { postmaster: ann@example.org }'],
  [domain('«aliases»: { info: ann@example.org }'), 'roles', 'did you mean "roles"?'],
  [`${PEOPLE}domains: «[{ example.org: people }]»`, '{ example.org: { directory: people } }'],
  [`${PEOPLE}domains: «people»`, '{ example.net: { directory: people } }'],
  [
    `${PEOPLE}domains: «{}»`,
    '{ example.org: { directory: people } }',
    'write domains: { example.org: { directory: people } }',
  ],
  [`${PEOPLE}domains: { example.org: «{}» }`, '{ directory: people }'],
  [`${DOMAINS}«»`, PEOPLE, 'configure it under directories: { people: { type: file'],
  [`${DOMAINS}directories: «people.yaml»`, '{ people: { type: file, path: people.yaml } }'],
  [`${DOMAINS}directories: { people: «people.yaml» }`, '{ type: file, path: people.yaml }'],
  [`${DOMAINS}directories: { people: { «»path: people.yaml } }`, 'type: file, ', 'type: file'],
  [`${DOMAINS}directories: { people: { type: «static», path: people.yaml } }`, 'file'],
  [`${LEAST}maps: { a: { kind: «virtual_mailbox_maps» } }`, 'mailboxes'],
  [`${LEAST}maps: { a: { kind: «smtpd_sender_login_maps» } }`, 'senders'],
  [`${LEAST}maps: { a: { kind: mailboxes«, directory: people» } }`, '', 'leave it out: which'],
  [`${LEAST}maps: { a: { kind: recipients«, domains: [a.org]» } }`, '', 'leave it out: a map'],
];

/** The top level, as daemons and containers have it. */
const DAEMONS: readonly Row[] = [
  [`${LEAST}«user: idpmap»`, '', 'leave it out: as whom idpmap runs'],
  [`${LEAST}«pidfile: /run/idpmap.pid»`, '', 'leave it out: idpmap stays in the foreground'],
  [`${LEAST}«workers: 4»`, '', 'leave it out: one process answers'],
  [`${LEAST}«version: 1»`, '', 'leave it out: the file has no version'],
  [`${LEAST}«include: more.yaml»`, '', 'leave it out: all settings stand in this one file'],
  [`${LEAST}«IDPMAP_DEADLINE»: 1s`, 'deadline', 'did you mean "deadline"?'],
  [`${LEAST}«IDPMAP_LOG__LEVEL: debug»`, 'log: { level: debug }'],
  [`${LEAST}«timeout»: 1s`, 'deadline', 'did you mean "deadline"?'],
  [`${LEAST}«debug: true»`, 'log: { level: debug }'],
  [`${LEAST}log: {« file: /var/log/idpmap.log »}`, '', 'leave it out: idpmap writes to standard'],
  [`${LEAST}log: «syslog»`, '{ format: journal }'],
  [`${LEAST}log: { level: «7» }`, 'debug'],
  [`${LEAST}disabled: «550»`, 'reject'],
  [`${LEAST}disabled: «451»`, 'defer'],
  [`${LEAST}recipientDelimiter: «plus»`, '+'],
  [`${LEAST}«idpmap: { deadline: 1s }»`, 'deadline: 1s', 'without idpmap'],
  [`${LEAST}«x-common: &c 1s»`, '', 'leave it out: an anchor'],
  [`${LEAST}cache: «60s»`, '{ fresh: 60s }'],
  [`${LEAST}cache: { entries: «10000» }`, '{ found: 10000 }'],
  [`${LEAST}cache: {« type: redis »}`, '', 'daemons share by fleet'],
  [`${LEAST}cache: { fresh: «default» }`, '60s', 'leave it out: it is 60s without'],
  [`${LEAST}cache: { fresh: «00:05:00» }`, '5m'],
  [`${LEAST}cache: { fresh: «1_000ms» }`, '1000ms'],
  [`${LEAST}cache: { fresh: «every 5m» }`, '5m'],
  [`${LEAST}cache: { fresh: «-5m» }`, '5m'],
  [`${LEAST}deadline: «5 min»`, '90s'],
  [`${LEAST}connections: { max: «unlimited» }`, '1000000'],
  [`${LEAST}deadline: «$DEADLINE»`, '200ms', 'is not filled in here'],
];

/** Endpoints, and what is no text of ours. */
const PLACES: readonly Row[] = [
  [`${LEAST}listen: «unix:/run/idpmap.sock:0660»`, 'unix:/run/idpmap.sock?mode=0660'],
  [
    `${LEAST}listen: «unix:/run/idpmap.sock:postfix:660»`,
    'unix:/run/idpmap.sock?mode=0660&group=postfix',
  ],
  [`${LEAST}listen: «socketmap:unix:/run/idpmap/sock:users»`, 'unix:/run/idpmap/sock'],
  [`${LEAST}listen: «proxy:socketmap:inet:127.0.0.1:9200:users»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «inet:9200@127.0.0.1»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «127.0.0.1 9200»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «9200/tcp»`, 'tcp://127.0.0.1:9200'],
  [`${LEAST}listen: «0.0.0.0»`, 'tcp://127.0.0.1:9100'],
  [`${LEAST}listen: «{ tcp: 9200 }»`, 'tcp://127.0.0.1:9200', 'write listen: tcp://127.0.0.1:9200'],
  [
    `${LEAST}listen: «{ address: 0.0.0.0, port: 9200 }»`,
    'tcp://127.0.0.1:9200',
    'write listen: tcp://127.0.0.1:9200',
  ],
  [`${LEAST}connections: { max: «10.000» }`, '10000', 'write all digits without it'],
  [`${LEAST}log: { level: debug }«,»`, '', 'no sign ends a line here'],
  [`${LEAST}«- »deadline: 1s`, '', 'leave out the - before it'],
  [
    `{\n«// all»\ndomains: { a.org: { directory: p } }, directories: { p: { type: demo } } }`,
    '# all',
    'a comment begins with #',
  ],
  [
    `${DOMAINS}directories: { people: { type: file, path: «~/people.yaml» } }`,
    '/people.yaml',
    'write the whole path',
  ],
];

/** What other programs take, and people who come from them write. */
export const STRANGERS: readonly Row[] = [
  ...PLACEHOLDERS,
  ...SECURED,
  ...NAMES,
  ...THINGS,
  ...DAEMONS,
  ...PLACES,
];
