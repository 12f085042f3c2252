import type { SqlPreset } from './preset.ts';

/** The three tables of a widespread guide to Postfix and Dovecot, which has no program of its own. */
export const virtualUsers: SqlPreset = {
  tested: true,
  engines: ['postgresql', 'mysql', 'sqlite'],
  columns: {
    virtual_users: ['email'],
    virtual_aliases: ['source', 'destination'],
    virtual_domains: ['name'],
  },
  statements: () => ({
    account: "SELECT email AS address, email AS login FROM virtual_users WHERE email = '%s'",
    aliases:
      "SELECT source AS alias, destination AS target FROM virtual_aliases WHERE source = '%s'",
    listDomains: 'SELECT name FROM virtual_domains',
  }),
};
