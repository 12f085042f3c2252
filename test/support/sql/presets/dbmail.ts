import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';
import { insert, mailbox, nobody, type Product, type ProductCase } from './product.ts';

const WORDS = {
  postgresql: {
    key: 'bigserial PRIMARY KEY',
    big: 'int8',
    alias: 'varchar(100)',
    target: 'varchar(250)',
    name: 'varchar(100)',
    small: 'smallint',
    time: 'timestamp',
  },
  mysql: {
    key: 'bigint(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY',
    big: 'bigint(20)',
    alias: 'varchar(255)',
    target: 'varchar(255)',
    name: 'varchar(255)',
    small: 'smallint',
    time: 'datetime',
  },
  sqlite: {
    key: 'INTEGER PRIMARY KEY',
    big: 'INTEGER',
    alias: 'TEXT',
    target: 'TEXT',
    name: 'TEXT',
    small: 'SMALLINT',
    time: 'DATETIME',
  },
};

function schema(dialect: Dialect): readonly string[] {
  const { key, big, alias, target, name, small, time } = WORDS[dialect];
  const end = dialect === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4' : '';
  return [
    `CREATE TABLE dbmail_aliases (alias_idnr ${key}, alias ${alias} NOT NULL, deliver_to ${target} NOT NULL,
      client_idnr ${big} NOT NULL DEFAULT 0)${end}`,
    'CREATE INDEX dbmail_aliases_alias_idx ON dbmail_aliases (alias)',
    `CREATE TABLE dbmail_users (user_idnr ${key}, userid ${name} NOT NULL, passwd ${name} NOT NULL,
      client_idnr ${big} NOT NULL DEFAULT 0, maxmail_size ${big} NOT NULL DEFAULT 0, curmail_size ${big} NOT NULL DEFAULT 0,
      maxsieve_size ${big} NOT NULL DEFAULT 0, cursieve_size ${big} NOT NULL DEFAULT 0,
      encryption_type varchar(20) NOT NULL DEFAULT '', last_login ${time} NOT NULL DEFAULT '1979-11-03 22:05:58',
      active ${small} NOT NULL DEFAULT 1)${end}`,
    'CREATE UNIQUE INDEX dbmail_users_name_idx ON dbmail_users (userid)',
    ...(dialect === 'postgresql'
      ? [
          'CREATE INDEX dbmail_aliases_alias_low_idx ON dbmail_aliases (lower(alias))',
          'CREATE INDEX dbmail_users_2 ON dbmail_users (lower(userid))',
        ]
      : []),
  ];
}

const user = (id: number, userid: string, active = 1): string =>
  insert('dbmail_users', { user_idnr: id, userid, passwd: 'x', active });

const alias = (from: string, to: string): string =>
  insert('dbmail_aliases', { alias: from, deliver_to: to });

/** What nobody may send as, and DBMail takes mail for. */
const taken = (title: string, key: string): ProductCase => ({
  title,
  key,
  mailboxes: key,
  senders: 'no-login.invalid',
});

/** What `dbmail-users` writes. DBMail takes all addresses that it knows, and follows them by itself. */
export const dbmailProduct: Product = {
  preset: 'dbmail',
  schema,
  rows: () => [
    user(1, '__@!internal_delivery_user!@__'),
    user(2, 'anyone'),
    user(12, 'ann'),
    user(13, 'bob@example.org'),
    user(14, 'fay', 0),
    alias('ann@example.org', '12'),
    alias('Ann.Smith@Example.org', '12'),
    alias('fay@example.org', '14'),
    alias('former@example.org', '14'),
    alias('former@example.org', 'box@elsewhere.example'),
    alias('out@example.org', 'someone@elsewhere.example'),
    alias('chain@example.org', 'ann@example.org'),
    alias('both@example.org', '12'),
    alias('both@example.org', '13'),
    alias('self@example.org', 'self@example.org'),
    alias('@caught.example', '12'),
    alias('@.parent.example', '12'),
    alias('root@', '12'),
    alias('@off.example', '14'),
  ],
  domains: ['example.org', 'caught.example', 'sub.parent.example', 'off.example'],
  foreign: ['parent.example'],
  cases: [
    mailbox('an alias of a user', 'ann@example.org', 'ann'),
    {
      ...mailbox('an alias with capitals', 'ann.smith@example.org', 'ann'),
      mailboxes: 'ann.smith@example.org',
    },
    mailbox('a user whose name is the address', 'bob@example.org'),
    nobody('an alias of an inactive user', 'fay@example.org'),
    taken('an alias of an inactive user and of an address', 'former@example.org'),
    taken('an alias that only forwards', 'out@example.org'),
    taken('an alias of an alias', 'chain@example.org'),
    mailbox('an alias of several users', 'both@example.org', 'ann,bob@example.org'),
    nobody('a stranger', 'eve@example.org'),
    taken('a catch-all', 'eve@caught.example'),
    taken('a catch-all of all that ends so', 'eve@sub.parent.example'),
    taken('a name of any domain', 'root@example.org'),
    nobody('a catch-all of an inactive user', 'eve@off.example'),
  ],
};
