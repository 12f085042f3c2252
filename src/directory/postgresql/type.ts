import { defineType } from '../type.ts';
import { postgresqlSettings } from './settings.ts';

/** A directory in PostgreSQL. */
export const postgresql = defineType({
  type: 'postgresql',
  about: 'Tables of PostgreSQL.',
  limits: { inFlight: 32, perSecond: 2000 },
  settings: () => postgresqlSettings,
  open: async (settings, hooks) =>
    (await import('./postgresql.ts')).createPostgresqlDirectory(settings, hooks),
  check: async (settings) =>
    (await import('../sql/check.ts')).checkStatements(settings, 'postgresql'),
  lists: 'listDomains',
  tables: { setting: 'tables' },
  largestGroup: ({ groups }) => groups.members,
  sample: {
    hosts: 'db.example.org',
    database: 'mail',
    user: 'idpmap',
    password: { file: '/run/secrets/postgresql' },
    people: { account: "SELECT address, login FROM users WHERE address = '%s'" },
  },
});
