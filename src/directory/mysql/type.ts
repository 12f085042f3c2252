import { defineType } from '../type.ts';
import { mysqlSettings } from './settings.ts';

/** A directory in MySQL or MariaDB. */
export const mysql = defineType({
  type: 'mysql',
  about: 'Tables of MySQL or MariaDB.',
  limits: { inFlight: 32, perSecond: 2000 },
  settings: () => mysqlSettings,
  open: async (settings, hooks) =>
    (await import('./mysql.ts')).createMysqlDirectory(settings, hooks),
  check: async (settings) => (await import('../sql/check.ts')).checkStatements(settings, 'mysql'),
  lists: 'listDomains',
  tables: { setting: 'tables' },
  largestGroup: ({ groups }) => groups.members,
  sample: {
    hosts: 'db.example.org',
    database: 'mail',
    user: 'idpmap',
    password: { file: '/run/secrets/mysql' },
    people: { account: "SELECT address, login FROM users WHERE address = '%s'" },
  },
});
