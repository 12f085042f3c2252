import {
  disabled,
  domainOf,
  insert,
  leads,
  localOf,
  mailbox,
  nobody,
  type Product,
} from './product.ts';

const END = ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC';
const TIMES =
  'created DATETIME(0) NOT NULL DEFAULT NOW(0), modified DATETIME ON UPDATE CURRENT_TIMESTAMP';
const NAME = 'VARCHAR(255) NOT NULL';
const flag = (preset: number): string => `TINYINT(1) NOT NULL DEFAULT '${preset}'`;

const schema = (): readonly string[] => [
  `CREATE TABLE domain (domain ${NAME}, description VARCHAR(255), aliases INT(10) NOT NULL DEFAULT '0',
    mailboxes INT(10) NOT NULL DEFAULT '0', defquota BIGINT(20) NOT NULL DEFAULT '3072',
    maxquota BIGINT(20) NOT NULL DEFAULT '102400', quota BIGINT(20) NOT NULL DEFAULT '102400',
    relayhost VARCHAR(255) NOT NULL DEFAULT '0', backupmx ${flag(0)}, gal ${flag(1)}, relay_all_recipients ${flag(0)},
    relay_unknown_only ${flag(0)}, ${TIMES}, active ${flag(1)}, PRIMARY KEY (domain))${END}`,
  `CREATE TABLE mailbox (username ${NAME}, password ${NAME}, name VARCHAR(255), description VARCHAR(255),
    mailbox_path_prefix VARCHAR(150) DEFAULT '/var/vmail/', quota BIGINT(20) NOT NULL DEFAULT '102400', local_part ${NAME},
    domain ${NAME}, attributes JSON, custom_attributes JSON NOT NULL DEFAULT ('{}'), kind VARCHAR(100) NOT NULL DEFAULT '',
    multiple_bookings INT NOT NULL DEFAULT -1, authsource ENUM('mailcow', 'keycloak', 'generic-oidc', 'ldap') DEFAULT 'mailcow',
    ${TIMES}, active ${flag(1)}, PRIMARY KEY (username), KEY domain (domain), KEY kind (kind))${END}`,
  `CREATE TABLE alias (id INT NOT NULL AUTO_INCREMENT, address ${NAME}, goto TEXT NOT NULL, domain ${NAME}, ${TIMES},
    private_comment TEXT, public_comment TEXT, sogo_visible ${flag(1)}, internal ${flag(0)}, sender_allowed ${flag(1)},
    active ${flag(1)}, PRIMARY KEY (id), UNIQUE KEY address (address), KEY domain (domain))${END}`,
  `CREATE TABLE alias_domain (alias_domain ${NAME}, target_domain ${NAME}, ${TIMES}, active ${flag(1)},
    PRIMARY KEY (alias_domain), KEY active (active), KEY target_domain (target_domain))${END}`,
  `CREATE TABLE spamalias (address ${NAME}, goto TEXT NOT NULL, description TEXT NOT NULL, ${TIMES}, validity INT(11),
    permanent ${flag(0)}, PRIMARY KEY (address))${END}`,
  `CREATE TABLE sender_acl (id INT NOT NULL AUTO_INCREMENT, logged_in_as ${NAME}, send_as ${NAME}, external ${flag(0)},
    PRIMARY KEY (id))${END}`,
];

/** A mailbox with the alias of its own name. */
const person = (username: string, active = 1): readonly string[] => [
  insert('mailbox', {
    username,
    password: 'x',
    local_part: localOf(username),
    domain: domainOf(username),
    attributes: '{}',
    active,
  }),
  alias(username, username, { active }),
];

const alias = (address: string, goto: string, more: object = {}): string =>
  insert('alias', { address, goto, domain: domainOf(address), ...more });

const resource = (username: string, kind: string): string =>
  insert('mailbox', {
    username,
    password: 'RESOURCE',
    local_part: localOf(username),
    domain: domainOf(username),
    kind,
  });

const temporary = (address: string, more: object): string =>
  insert('spamalias', { address, goto: 'ann@example.org', description: '', ...more });

/** What its web interface writes. */
export const mailcowProduct: Product = {
  preset: 'mailcow',
  schema,
  rows: () => [
    insert('domain', { domain: 'example.org' }),
    insert('domain', { domain: 'caught.example' }),
    insert('domain', { domain: 'off.example', active: 0 }),
    insert('domain', { domain: 'backup.example', backupmx: 1 }),
    insert('alias_domain', { alias_domain: 'twin.example', target_domain: 'example.org' }),
    insert('alias_domain', {
      alias_domain: 'resting.example',
      target_domain: 'example.org',
      active: 0,
    }),
    ...person('ann@example.org'),
    ...person('bob@example.org'),
    ...person('mia@example.org', 2),
    ...person('fay@example.org', 0),
    resource('room@example.org', 'location'),
    alias('sales@example.org', 'ann@example.org'),
    alias('team@example.org', 'ann@example.org,cy@elsewhere.example'),
    alias('quiet@example.org', 'ann@example.org', { sender_allowed: 0 }),
    alias('soft@example.org', 'ann@example.org', { active: 2 }),
    alias('resting@example.org', 'ann@example.org', { active: 0 }),
    alias('discard@example.org', 'null@localhost'),
    temporary('temporary@example.org', { validity: 2_000_000_000 }),
    temporary('kept@example.org', { validity: null, permanent: 1 }),
    temporary('expired@example.org', { validity: 1000 }),
    insert('sender_acl', { logged_in_as: 'ann@example.org', send_as: 'bob@example.org' }),
    insert('sender_acl', { logged_in_as: 'bob@example.org', send_as: '@caught.example' }),
    ...person('ann@caught.example'),
    alias('@caught.example', 'ann@caught.example'),
  ],
  domains: ['example.org', 'caught.example', 'twin.example'],
  foreign: ['off.example', 'backup.example', 'resting.example'],
  cases: [
    mailbox('a mailbox', 'ann@example.org'),
    mailbox(
      'a mailbox that another one may send as',
      'bob@example.org',
      'bob@example.org,ann@example.org',
    ),
    {
      title: 'a mailbox without logins',
      key: 'mia@example.org',
      mailboxes: 'mia@example.org',
      senders: 'no-login.invalid',
    },
    disabled('a disabled mailbox', 'fay@example.org'),
    { ...mailbox('a room', 'room@example.org'), aliases: 'null@localhost' },
    leads('an alias', 'sales@example.org', 'ann@example.org', 'ann@example.org'),
    leads('an alias of several', 'team@example.org', 'ann@example.org,cy@elsewhere.example'),
    leads('an alias that nobody may send as', 'quiet@example.org', 'ann@example.org'),
    leads('an alias that is not shown', 'soft@example.org', 'ann@example.org', 'ann@example.org'),
    nobody('a disabled alias', 'resting@example.org'),
    leads('an alias whose mail is discarded', 'discard@example.org', 'null@localhost'),
    leads('a temporary alias', 'temporary@example.org', 'ann@example.org'),
    leads('a temporary alias that stays', 'kept@example.org', 'ann@example.org'),
    nobody('a temporary alias that has expired', 'expired@example.org'),
    nobody('a stranger', 'eve@example.org'),
    leads('a mailbox by an alias domain', 'ann@twin.example', 'ann@example.org', 'ann@example.org'),
    nobody('an alias by an alias domain', 'sales@twin.example'),
    nobody('a mailbox by a disabled alias domain', 'ann@resting.example'),
    mailbox(
      'a mailbox beside a catch-all',
      'ann@caught.example',
      'ann@caught.example,bob@example.org',
    ),
    leads('a catch-all', 'eve@caught.example', 'ann@caught.example'),
  ],
};
