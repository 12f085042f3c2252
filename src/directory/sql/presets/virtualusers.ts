import type { SqlPreset } from './preset.ts';

/** The three tables of a widespread guide to Postfix and Dovecot, which have no program of their own. */
export const virtualUsers: SqlPreset = {
  product: 'the tables of many guides to Postfix with Dovecot',
  engines: ['postgresql', 'mysql', 'sqlite'],
  columns: {
    virtual_domains: ['name'],
    virtual_users: ['email'],
    virtual_aliases: ['source', 'destination'],
  },
  statements: () => ({
    account: "SELECT email AS address, email AS login FROM virtual_users WHERE email = '%s'",
    aliases:
      "SELECT source AS alias, destination AS target FROM virtual_aliases WHERE source = '%s'",
    catchAll:
      "SELECT substr(source, 2) AS domain, destination AS target FROM virtual_aliases WHERE source = '@%d'",
    listAccounts: 'SELECT email AS address, email AS login FROM virtual_users',
    listAliases: 'SELECT source AS alias, destination AS target FROM virtual_aliases',
    listDomains: 'SELECT name FROM virtual_domains',
  }),
};
