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

const LATIN = 'CHARACTER SET latin1 COLLATE latin1_general_ci';

/** The words of its own schema in each database. */
const WORDS = {
  postgresql: {
    yes: 'boolean NOT NULL DEFAULT true',
    no: 'boolean NOT NULL DEFAULT false',
    key: '',
    time: 'timestamp with time zone DEFAULT now()',
    end: '',
    empty: '',
  },
  mysql: {
    yes: "tinyint(1) NOT NULL DEFAULT '1'",
    no: "tinyint(1) NOT NULL DEFAULT '0'",
    key: LATIN,
    time: "datetime NOT NULL DEFAULT '2000-01-01 00:00:00'",
    end: ` ENGINE=InnoDB ${LATIN}`,
    empty: " DEFAULT ''",
  },
  sqlite: {
    yes: "tinyint(1) NOT NULL DEFAULT '1'",
    no: "tinyint(1) NOT NULL DEFAULT '0'",
    key: '',
    time: "datetime NOT NULL DEFAULT '2000-01-01'",
    end: '',
    empty: '',
  },
};

function schema(dialect: Dialect): readonly string[] {
  const { yes, no, key, time, end, empty } = WORDS[dialect];
  const name = `varchar(255) ${key} NOT NULL${empty}`;
  const times = `created ${time}, modified ${time}`;
  const owner = dialect === 'postgresql' ? ' REFERENCES domain (domain)' : '';
  return [
    `CREATE TABLE domain (domain ${name} PRIMARY KEY, description varchar(255) NOT NULL DEFAULT '',
      aliases integer NOT NULL DEFAULT 0, mailboxes integer NOT NULL DEFAULT 0, maxquota bigint NOT NULL DEFAULT 0,
      quota bigint NOT NULL DEFAULT 0, transport varchar(255) ${key} DEFAULT NULL, backupmx ${no}, ${times},
      active ${yes}, password_expiry integer DEFAULT 0)${end}`,
    `CREATE TABLE mailbox (username ${name} PRIMARY KEY, password varchar(255) ${key} NOT NULL DEFAULT '',
      name varchar(255) NOT NULL DEFAULT '', maildir varchar(255) ${key} NOT NULL DEFAULT '',
      quota bigint NOT NULL DEFAULT 0, local_part varchar(255) ${key} NOT NULL DEFAULT '', domain ${name}${owner}, ${times},
      active ${yes}, phone varchar(30) NOT NULL DEFAULT '', email_other varchar(255) NOT NULL DEFAULT '',
      token varchar(255) NOT NULL DEFAULT '', smtp_active ${yes})${end}`,
    `CREATE TABLE alias (address ${name} PRIMARY KEY, goto text ${key} NOT NULL, domain ${name}${owner}, ${times},
      active ${yes})${end}`,
    `CREATE TABLE alias_domain (alias_domain ${name} PRIMARY KEY${owner}, target_domain ${name}${owner}, ${times},
      active ${yes})${end}`,
  ];
}

/** A mailbox with the alias of its own name, as the program makes both. */
const person = (address: string, goto = address, active = 1): readonly string[] => [
  insert('mailbox', {
    username: address,
    password: 'x',
    local_part: localOf(address),
    domain: domainOf(address),
    active,
  }),
  alias(address, goto, active),
];

const alias = (address: string, goto: string, active = 1): string =>
  insert('alias', { address, goto, domain: domainOf(address), active });

const domain = (name: string, transport = 'virtual', backupmx = 0, active = 1): string =>
  insert('domain', { domain: name, transport, backupmx, active });

const aliasDomain = (name: string, target: string, active = 1): string =>
  insert('alias_domain', { alias_domain: name, target_domain: target, active });

const VACATION = 'eva#example.org@autoreply.example.org';

/** What postfixadmin writes. */
export const postfixadminProduct: Product = {
  preset: 'postfixadmin',
  schema,
  rows: () => [
    domain('ALL', ''),
    domain('example.org'),
    domain('caught.example'),
    domain('twin.example'),
    domain('caughttwin.example'),
    domain('resting.example'),
    domain('off.example', 'virtual', 0, 0),
    domain('backup.example', 'virtual', 1),
    domain('handed.example', 'smtp:[192.0.2.1]'),
    insert('domain', { domain: 'plain.example' }),
    aliasDomain('twin.example', 'example.org'),
    aliasDomain('caughttwin.example', 'caught.example'),
    aliasDomain('resting.example', 'example.org', 0),
    ...person('ann@example.org'),
    ...person('bob@example.org', 'bob@example.org,bob@elsewhere.example'),
    ...person('cem@example.org', 'cem@elsewhere.example'),
    ...person('dee@example.org', 'ann@example.org'),
    ...person('eva@example.org', `eva@example.org,${VACATION}`),
    ...person('fay@example.org', 'fay@example.org', 0),
    ...person("o'neil@example.org"),
    ...person('jeff@example.org'),
    alias('sales@example.org', 'ann@example.org'),
    alias('team@example.org', 'ann@example.org,bob@example.org\n,cy@elsewhere.example'),
    alias('out@example.org', 'someone@elsewhere.example'),
    alias('chain@example.org', 'sales@example.org'),
    alias('former@example.org', 'fay@example.org'),
    alias('resting@example.org', 'ann@example.org', 0),
    ...person('ann@caught.example'),
    ...person('fay@caught.example', 'fay@caught.example', 0),
    alias('sales@caught.example', 'ann@caught.example'),
    alias('@caught.example', 'ann@caught.example,box@elsewhere.example'),
    ...person('gus@plain.example'),
    alias('@plain.example', '@example.org'),
  ],
  domains: [
    'example.org',
    'caught.example',
    'twin.example',
    'caughttwin.example',
    'resting.example',
    'plain.example',
  ],
  foreign: ['all', 'off.example', 'backup.example', 'handed.example', 'autoreply.example.org'],
  cases: [
    mailbox('a mailbox', 'ann@example.org'),
    mailbox('a mailbox with a quote', "o'neil@example.org"),
    forwards(
      'a mailbox that also forwards',
      'bob@example.org',
      'bob@example.org,bob@elsewhere.example',
    ),
    forwards('a mailbox that forwards without a copy', 'cem@example.org', 'cem@elsewhere.example'),
    forwards('a mailbox that forwards to another one', 'dee@example.org', 'ann@example.org'),
    forwards('a mailbox on vacation', 'eva@example.org', `eva@example.org,${VACATION}`),
    disabled('an inactive mailbox', 'fay@example.org'),
    disabled('an alias of an inactive mailbox', 'former@example.org'),
    leads('an alias of a mailbox', 'sales@example.org', 'ann@example.org', 'ann@example.org'),
    leads(
      'an alias of several',
      'team@example.org',
      'ann@example.org,bob@example.org,cy@elsewhere.example',
    ),
    leads('an alias that only forwards', 'out@example.org', 'someone@elsewhere.example'),
    leads('an alias of an alias', 'chain@example.org', 'sales@example.org'),
    nobody('an inactive alias', 'resting@example.org'),
    nobody('a stranger', 'eve@example.org'),
    mailbox('a mailbox whose letters may be written as one', 'jeff@example.org'),
    nobody('a stranger whose letters may be written as one', 'wolff@example.org'),
    nobody('a stranger with letters that latin1 has', 'märz@example.org'),
    nobody('a stranger with letters that it has not', 'дима@example.org'),
    leads('a mailbox by an alias domain', 'ann@twin.example', 'ann@example.org', 'ann@example.org'),
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
    leads(
      'an alias by an alias domain',
      'sales@twin.example',
      'ann@example.org',
      'ann@example.org',
    ),
    disabled('an inactive mailbox by an alias domain', 'fay@twin.example'),
    nobody('a stranger by an alias domain', 'eve@twin.example'),
    nobody('a mailbox by an inactive alias domain', 'ann@resting.example'),
    mailbox('a mailbox beside a catch-all', 'ann@caught.example'),
    leads(
      'an alias beside a catch-all',
      'sales@caught.example',
      'ann@caught.example',
      'ann@caught.example',
    ),
    leads('a catch-all', 'eve@caught.example', 'ann@caught.example,box@elsewhere.example'),
    leads(
      'a catch-all with an extension',
      'eve+x@caught.example',
      'ann@caught.example,box@elsewhere.example',
    ),
    leads(
      'a catch-all in place of who is inactive',
      'fay@caught.example',
      'ann@caught.example,box@elsewhere.example',
    ),
    leads(
      'a catch-all by an alias domain',
      'eve@caughttwin.example',
      'ann@caught.example,box@elsewhere.example',
    ),
    leads(
      'a mailbox beside a catch-all, by an alias domain',
      'ann@caughttwin.example',
      'ann@caught.example',
      'ann@caught.example',
    ),
    {
      title: 'an extension beside a catch-all',
      key: 'ann+x@caught.example',
      mailboxes: 'ann@caught.example',
      senders: 'ann@caught.example',
    },
    mailbox('a mailbox of a domain that another one takes the rest of', 'gus@plain.example'),
    leads('the rest of a domain that is another one', 'ann@plain.example', 'ann@example.org'),
  ],
};
