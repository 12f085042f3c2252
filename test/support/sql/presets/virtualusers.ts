import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';
import { insert, leads, mailbox, nobody, type Product } from './product.ts';

const KEYS: Readonly<Record<Dialect, string>> = {
  postgresql: 'serial PRIMARY KEY',
  mysql: 'int NOT NULL AUTO_INCREMENT PRIMARY KEY',
  sqlite: 'integer PRIMARY KEY',
};

function schema(dialect: Dialect): readonly string[] {
  const id = `id ${KEYS[dialect]}`;
  const owner =
    'domain_id int NOT NULL, FOREIGN KEY (domain_id) REFERENCES virtual_domains (id) ON DELETE CASCADE';
  return [
    `CREATE TABLE virtual_domains (${id}, name varchar(50) NOT NULL)`,
    `CREATE TABLE virtual_users (${id}, password varchar(150) NOT NULL, email varchar(100) NOT NULL UNIQUE, ${owner})`,
    `CREATE TABLE virtual_aliases (${id}, source varchar(100) NOT NULL, destination varchar(100) NOT NULL, ${owner})`,
  ];
}

const user = (email: string, domain: number): string =>
  insert('virtual_users', { email, password: 'x', domain_id: domain });

const alias = (source: string, destination: string, domain = 1): string =>
  insert('virtual_aliases', { source, destination, domain_id: domain });

/** What the guides have administrators write. */
export const virtualUsersProduct: Product = {
  preset: 'virtual_users',
  schema,
  rows: () => [
    insert('virtual_domains', { name: 'example.org' }),
    insert('virtual_domains', { name: 'caught.example' }),
    user('ann@example.org', 1),
    user('bob@example.org', 1),
    user('ann@caught.example', 2),
    alias('sales@example.org', 'ann@example.org'),
    alias('team@example.org', 'ann@example.org'),
    alias('team@example.org', 'cy@elsewhere.example'),
    alias('bob@example.org', 'bob@elsewhere.example'),
    alias('@caught.example', 'ann@caught.example', 2),
  ],
  domains: ['example.org', 'caught.example'],
  foreign: ['elsewhere.example'],
  cases: [
    mailbox('a mailbox', 'ann@example.org'),
    leads('an alias', 'sales@example.org', 'ann@example.org', 'ann@example.org'),
    leads('an alias of several rows', 'team@example.org', 'ann@example.org,cy@elsewhere.example'),
    {
      ...mailbox('a mailbox that forwards', 'bob@example.org'),
      aliases: 'bob@elsewhere.example',
    },
    nobody('a stranger', 'eve@example.org'),
    mailbox('a mailbox beside a catch-all', 'ann@caught.example'),
    leads('a catch-all', 'eve@caught.example', 'ann@caught.example'),
  ],
};
