import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';
import {
  disabled,
  domainOf,
  forwards,
  insert,
  leads,
  mailbox,
  nobody,
  type Product,
} from './product.ts';

const SERVICES = [
  'smtp',
  'smtpsecured',
  'pop3',
  'imap',
  'deliver',
  'lda',
  'internal',
  'doveadm',
  'lmtp',
];

function schema(dialect: Dialect): readonly string[] {
  const isMysql = dialect === 'mysql';
  const flag = isMysql ? 'TINYINT(1) NOT NULL' : 'INT2 NOT NULL';
  const name = "VARCHAR(255) NOT NULL DEFAULT ''";
  const time = isMysql
    ? "DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01'"
    : 'TIMESTAMP WITHOUT TIME ZONE NOT NULL DEFAULT NOW()';
  const end = isMysql ? ' ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci' : '';
  const times = `created ${time}, modified ${time}, expired ${isMysql ? "DATETIME NOT NULL DEFAULT '9999-12-31 00:00:00'" : "TIMESTAMP WITHOUT TIME ZONE NOT NULL DEFAULT '9999-12-31 01:01:01'"}`;
  const long = isMysql ? 'BIGINT(20)' : 'INT8';
  const id = isMysql ? 'BIGINT(20) UNSIGNED AUTO_INCREMENT' : 'SERIAL';
  return [
    `CREATE TABLE domain (domain ${name}, description TEXT, disclaimer TEXT, aliases ${long} NOT NULL DEFAULT 0,
      mailboxes ${long} NOT NULL DEFAULT 0, maillists ${long} NOT NULL DEFAULT 0, maxquota ${long} NOT NULL DEFAULT 0,
      quota ${long} NOT NULL DEFAULT 0, transport VARCHAR(255) NOT NULL DEFAULT 'dovecot', backupmx ${flag} DEFAULT 0,
      settings TEXT, ${times}, active ${flag} DEFAULT 1, PRIMARY KEY (domain))${end}`,
    `CREATE TABLE mailbox (username VARCHAR(255) NOT NULL, password ${name}, name ${name}, maildir ${name},
      quota ${long} NOT NULL DEFAULT 0, domain ${name}, transport ${name},
      ${SERVICES.map((service) => `enable${service} ${flag} DEFAULT 1`).join(', ')},
      ${times}, active ${flag} DEFAULT 1, PRIMARY KEY (username))${end}`,
    `CREATE TABLE forwardings (id ${id}, address ${name}, forwarding ${name}, domain ${name}, dest_domain ${name},
      is_maillist ${flag} DEFAULT 0, is_list ${flag} DEFAULT 0, is_forwarding ${flag} DEFAULT 0, is_alias ${flag} DEFAULT 0,
      active ${flag} DEFAULT 1, PRIMARY KEY (id), UNIQUE (address, forwarding))${end}`,
    `CREATE TABLE alias_domain (alias_domain VARCHAR(255) NOT NULL, target_domain VARCHAR(255) NOT NULL, created ${time},
      modified ${time}, active ${flag} DEFAULT 1, PRIMARY KEY (alias_domain))${end}`,
  ];
}

const domain = (name: string, more: object = {}): string =>
  insert('domain', { domain: name, ...more });

const row = (address: string, forwarding: string, kind: string, more: object = {}): string =>
  insert('forwardings', {
    address,
    forwarding,
    domain: domainOf(address),
    dest_domain: domainOf(forwarding),
    [`is_${kind}`]: 1,
    ...more,
  });

/** A mailbox; where its mail goes stands in `forwardings`, to itself unless said. */
const person = (
  username: string,
  forwardings: readonly string[] = [username],
  more: object = {},
): readonly string[] => [
  insert('mailbox', { username, password: 'x', domain: domainOf(username), ...more }),
  ...forwardings.map((each) => row(username, each, 'forwarding')),
];

/** What iRedAdmin writes. */
export const iredmailProduct: Product = {
  preset: 'iredmail',
  schema,
  rows: () => [
    domain('example.org'),
    domain('caught.example'),
    domain('off.example', { active: 0 }),
    domain('backup.example', { backupmx: 1 }),
    insert('alias_domain', { alias_domain: 'twin.example', target_domain: 'example.org' }),
    insert('alias_domain', { alias_domain: 'caughttwin.example', target_domain: 'caught.example' }),
    insert('alias_domain', {
      alias_domain: 'resting.example',
      target_domain: 'example.org',
      active: 0,
    }),
    insert('alias_domain', { alias_domain: 'offtwin.example', target_domain: 'off.example' }),
    ...person('ann@example.org'),
    ...person('bob@example.org', ['bob@example.org', 'bob@elsewhere.example']),
    ...person('cem@example.org', ['cem@elsewhere.example']),
    ...person('mia@example.org', undefined, { enablesmtp: 0 }),
    ...person('noa@example.org', undefined, { enabledeliver: 0 }),
    ...person('fay@example.org', [], { active: 0 }),
    row('fay@example.org', 'fay@example.org', 'forwarding', { active: 0 }),
    ...person('gil@off.example'),
    ...person('жора@example.org'),
    row('ann.smith@example.org', 'ann@example.org', 'alias'),
    row('team@example.org', 'ann@example.org', 'list'),
    row('team@example.org', 'cy@elsewhere.example', 'list'),
    row('out@example.org', 'someone@elsewhere.example', 'list'),
    row('news@example.org', 'news@example.org', 'maillist'),
    row('resting@example.org', 'ann@example.org', 'alias', { active: 0 }),
    ...person('ann@caught.example'),
    ...person('fay@caught.example', [], { active: 0 }),
    insert('forwardings', {
      address: 'caught.example',
      forwarding: 'ann@caught.example',
      domain: 'caught.example',
      dest_domain: 'caught.example',
    }),
  ],
  domains: ['example.org', 'caught.example', 'twin.example', 'caughttwin.example'],
  foreign: ['off.example', 'backup.example', 'resting.example', 'offtwin.example'],
  cases: [
    mailbox('a mailbox', 'ann@example.org'),
    forwards(
      'a mailbox that also forwards',
      'bob@example.org',
      'bob@example.org,bob@elsewhere.example',
    ),
    forwards('a mailbox that forwards without a copy', 'cem@example.org', 'cem@elsewhere.example'),
    {
      title: 'a mailbox that may not send',
      key: 'mia@example.org',
      mailboxes: 'mia@example.org',
      senders: 'no-login.invalid',
    },
    mailbox('a mailbox whose delivery Dovecot decides on', 'noa@example.org'),
    disabled('a disabled mailbox', 'fay@example.org'),
    leads('a further address', 'ann.smith@example.org', 'ann@example.org', 'ann@example.org'),
    leads('an alias of several', 'team@example.org', 'ann@example.org,cy@elsewhere.example'),
    leads('an alias that only forwards', 'out@example.org', 'someone@elsewhere.example'),
    leads('a mailing list', 'news@example.org', 'news@example.org'),
    nobody('a disabled alias', 'resting@example.org'),
    nobody('a stranger', 'eve@example.org'),
    nobody('a stranger whose letters a database takes for others', 'änn@example.org'),
    nobody('such a stranger by an alias domain', 'änn@twin.example'),
    mailbox('a mailbox with other letters', 'жора@example.org'),
    leads(
      'such a mailbox by an alias domain',
      'жора@twin.example',
      'жора@example.org',
      'жора@example.org',
    ),
    leads('a mailbox by an alias domain', 'ann@twin.example', 'ann@example.org', 'ann@example.org'),
    leads(
      'a further address by an alias domain',
      'ann.smith@twin.example',
      'ann@example.org',
      'ann@example.org',
    ),
    leads(
      'a forwarding by an alias domain',
      'bob@twin.example',
      'bob@example.org,bob@elsewhere.example',
    ),
    leads(
      'a forwarding without a copy by an alias domain',
      'cem@twin.example',
      'cem@elsewhere.example',
    ),
    nobody('a stranger by an alias domain', 'eve@twin.example'),
    nobody('a mailbox by a disabled alias domain', 'ann@resting.example'),
    mailbox('a mailbox beside a catch-all', 'ann@caught.example'),
    leads('a catch-all', 'eve@caught.example', 'ann@caught.example'),
    leads('a catch-all in place of who is disabled', 'fay@caught.example', 'ann@caught.example'),
    leads('a catch-all by an alias domain', 'eve@caughttwin.example', 'ann@caught.example'),
  ],
};
