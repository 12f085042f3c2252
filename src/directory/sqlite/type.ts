import { defineType } from '../type.ts';
import { sqliteSettings } from './settings.ts';

/** A directory in a file of SQLite. */
export const sqlite = defineType({
  type: 'sqlite',
  about: 'Tables in a file of SQLite.',
  limits: { inFlight: 32, perSecond: 2000 },
  settings: () => sqliteSettings,
  open: async (settings, hooks) =>
    (await import('./sqlite.ts')).createSqliteDirectory(settings, hooks),
  check: async (settings) => (await import('../sql/check.ts')).checkStatements(settings, 'sqlite'),
  lists: 'listDomains',
  tables: { setting: 'tables' },
  largestGroup: ({ groups }) => groups.members,
  sample: {
    path: 'users.sqlite',
    people: { account: "SELECT address, login FROM users WHERE address = '%s'" },
  },
});
