import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';
import {
  disabled,
  domainOf,
  forwards,
  insert,
  leads,
  localOf,
  mailbox,
  nobody,
  type Product,
} from './product.ts';

/** What Django makes of its fields. */
const WORDS = {
  postgresql: {
    id: 'serial NOT NULL PRIMARY KEY',
    flag: 'boolean NOT NULL',
    time: 'timestamp with time zone',
    count: 'integer',
  },
  mysql: {
    id: 'integer AUTO_INCREMENT NOT NULL PRIMARY KEY',
    flag: 'bool NOT NULL',
    time: 'datetime(6)',
    count: 'integer UNSIGNED',
  },
  sqlite: {
    id: 'integer NOT NULL PRIMARY KEY AUTOINCREMENT',
    flag: 'bool NOT NULL',
    time: 'datetime',
    count: 'integer unsigned',
  },
};

function schema(dialect: Dialect): readonly string[] {
  const { id, flag, time, count } = WORDS[dialect];
  const text = dialect === 'mysql' ? 'longtext' : 'text';
  const record = `id ${id}, creation ${time} NOT NULL, last_modification ${time} NOT NULL`;
  return [
    `CREATE TABLE core_user (id ${id}, password varchar(256) NOT NULL, username varchar(254) NOT NULL UNIQUE,
      email varchar(254) NOT NULL, is_staff ${flag}, is_active ${flag}, is_superuser ${flag}, is_local ${flag})`,
    'CREATE INDEX core_user_email ON core_user (email)',
    `CREATE TABLE admin_domain (${record}, name varchar(253) NOT NULL UNIQUE, quota ${count} NOT NULL,
      default_mailbox_quota ${count} NOT NULL, message_limit ${count}, enabled ${flag}, type varchar(20) NOT NULL,
      enable_dns_checks ${flag})`,
    `CREATE TABLE admin_domainalias (${record}, name varchar(100) NOT NULL UNIQUE, enabled ${flag},
      target_id integer NOT NULL, FOREIGN KEY (target_id) REFERENCES admin_domain (id))`,
    `CREATE TABLE admin_mailbox (${record}, address varchar(252) NOT NULL, quota ${count} NOT NULL, use_domain_quota ${flag},
      message_limit ${count}, domain_id integer NOT NULL, user_id integer NOT NULL UNIQUE, is_send_only ${flag},
      FOREIGN KEY (domain_id) REFERENCES admin_domain (id), FOREIGN KEY (user_id) REFERENCES core_user (id))`,
    `CREATE TABLE admin_alias (${record}, address varchar(254) NOT NULL, enabled ${flag}, internal ${flag},
      description ${text} NOT NULL, expire_at ${time}, domain_id integer, UNIQUE (address, internal),
      FOREIGN KEY (domain_id) REFERENCES admin_domain (id))`,
    `CREATE TABLE modoboa_admin_aliasrecipient (id ${id}, address varchar(254) NOT NULL, alias_id integer NOT NULL,
      r_alias_id integer, r_mailbox_id integer, FOREIGN KEY (alias_id) REFERENCES admin_alias (id))`,
    `CREATE TABLE admin_senderaddress (id ${id}, address varchar(254) NOT NULL, mailbox_id integer NOT NULL,
      UNIQUE (address, mailbox_id), FOREIGN KEY (mailbox_id) REFERENCES admin_mailbox (id))`,
  ];
}

const NOW = '2024-01-01 00:00:00';
const DOMAINS = ['example.org', 'caught.example', 'off.example', 'relay.example'];
const domainId = (address: string): number => DOMAINS.indexOf(domainOf(address)) + 1;
const record = { creation: NOW, last_modification: NOW };

const domain = (id: number, name: string, more: object = {}): string =>
  insert('admin_domain', {
    id,
    ...record,
    name,
    quota: 0,
    default_mailbox_quota: 0,
    enabled: 1,
    type: 'domain',
    enable_dns_checks: 1,
    ...more,
  });

const person = (id: number, address: string, more: { active?: number; internal?: number } = {}) => [
  insert('core_user', {
    id,
    password: 'x',
    username: address,
    email: address,
    is_staff: 0,
    is_active: more.active ?? 1,
    is_superuser: 0,
    is_local: 1,
  }),
  insert('admin_mailbox', {
    id,
    ...record,
    address: localOf(address),
    quota: 0,
    use_domain_quota: 0,
    domain_id: domainId(address),
    user_id: id,
    is_send_only: 0,
  }),
  ...alias(100 + id, address, [address], {
    internal: 1,
    enabled: more.internal ?? more.active ?? 1,
  }),
];

const alias = (id: number, address: string, recipients: readonly string[], more: object = {}) => [
  insert('admin_alias', {
    id,
    ...record,
    address,
    enabled: 1,
    internal: 0,
    description: '',
    expire_at: null,
    domain_id: domainId(address) || null,
    ...more,
  }),
  ...recipients.map((each) =>
    insert('modoboa_admin_aliasrecipient', { address: each, alias_id: id }),
  ),
];

const domainAlias = (id: number, name: string, target: number, enabled = 1): readonly string[] => [
  insert('admin_domainalias', { id, ...record, name, enabled, target_id: target }),
  ...alias(200 + id, `@${name}`, [`@${DOMAINS[target - 1]}`], { internal: 1 }),
];

/** What its web interface writes. */
export const modoboaProduct: Product = {
  preset: 'modoboa',
  schema,
  rows: () => [
    domain(1, 'example.org'),
    domain(2, 'caught.example'),
    domain(3, 'off.example', { enabled: 0 }),
    domain(4, 'relay.example', { type: 'relaydomain' }),
    ...domainAlias(1, 'twin.example', 1),
    ...domainAlias(2, 'caughttwin.example', 2),
    ...domainAlias(3, 'resting.example', 1, 0),
    ...domainAlias(4, 'offtwin.example', 3),
    ...person(1, 'ann@example.org'),
    ...person(2, 'bob@example.org'),
    ...alias(10, 'bob@example.org', ['bob@example.org', 'bob@elsewhere.example']),
    ...person(3, 'cem@example.org', { internal: 0 }),
    ...alias(11, 'cem@example.org', ['cem@elsewhere.example']),
    ...person(4, 'fay@example.org', { active: 0 }),
    ...person(5, 'ann@caught.example'),
    ...person(6, 'fay@caught.example', { active: 0 }),
    ...alias(12, 'sales@example.org', ['ann@example.org']),
    ...alias(13, 'team@example.org', ['ann@example.org', 'cy@elsewhere.example']),
    ...alias(14, 'out@example.org', ['someone@elsewhere.example']),
    ...alias(15, 'resting@example.org', ['ann@example.org'], { enabled: 0 }),
    ...alias(16, 'expired@example.org', ['ann@example.org'], { expire_at: NOW }),
    ...alias(17, 'temporary@example.org', ['ann@example.org'], {
      expire_at: '2999-01-01 00:00:00',
    }),
    ...alias(18, '@caught.example', ['ann@caught.example']),
    insert('admin_senderaddress', { address: 'ann@example.org', mailbox_id: 2 }),
    insert('admin_senderaddress', { address: '@caught.example', mailbox_id: 1 }),
  ],
  domains: ['example.org', 'caught.example', 'twin.example', 'caughttwin.example'],
  foreign: ['off.example', 'relay.example', 'resting.example', 'offtwin.example'],
  cases: [
    mailbox(
      'a mailbox that another one may send as',
      'ann@example.org',
      'ann@example.org,bob@example.org',
    ),
    forwards(
      'a mailbox that also forwards',
      'bob@example.org',
      'bob@example.org,bob@elsewhere.example',
    ),
    forwards('a mailbox that forwards without a copy', 'cem@example.org', 'cem@elsewhere.example'),
    disabled('a disabled mailbox', 'fay@example.org'),
    leads('an alias', 'sales@example.org', 'ann@example.org', 'ann@example.org,bob@example.org'),
    leads('an alias of several', 'team@example.org', 'ann@example.org,cy@elsewhere.example'),
    leads('an alias that only forwards', 'out@example.org', 'someone@elsewhere.example'),
    nobody('a disabled alias', 'resting@example.org'),
    nobody('an alias that has expired', 'expired@example.org'),
    leads(
      'an alias that will expire',
      'temporary@example.org',
      'ann@example.org',
      'ann@example.org,bob@example.org',
    ),
    nobody('a stranger', 'eve@example.org'),
    leads(
      'a mailbox by a domain alias',
      'ann@twin.example',
      'ann@example.org',
      'ann@example.org,bob@example.org',
    ),
    leads(
      'an alias by a domain alias',
      'sales@twin.example',
      'ann@example.org',
      'ann@example.org,bob@example.org',
    ),
    leads(
      'a forwarding without a copy by a domain alias',
      'cem@twin.example',
      'cem@elsewhere.example',
    ),
    nobody('a stranger by a domain alias', 'eve@twin.example'),
    nobody('a mailbox by a disabled domain alias', 'ann@resting.example'),
    mailbox(
      'a mailbox beside a catch-all',
      'ann@caught.example',
      'ann@caught.example,ann@example.org',
    ),
    leads('a catch-all', 'eve@caught.example', 'ann@caught.example'),
    leads('a catch-all in place of who is disabled', 'fay@caught.example', 'ann@caught.example'),
    leads('a catch-all by a domain alias', 'eve@caughttwin.example', 'ann@caught.example'),
  ],
};
