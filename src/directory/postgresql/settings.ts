import { z } from 'zod';
import type { DeepReadonly } from '../../config/schema.ts';
import { questions, servers } from '../sql/settings.ts';

/** Where PostgreSQL listens. */
export const POSTGRESQL_PORT = 5432;

/** The settings of a directory in PostgreSQL. */
export const postgresqlSettings = z.strictObject({
  ...servers({ port: POSTGRESQL_PORT, socket: '/run/postgresql' }),
  ...questions,
  pooler: z.enum(['none', 'session', 'transaction']).prefault('none').meta({
    description:
      'Whether a PgBouncer or the like stands in between, and in which mode. `transaction`: then nothing is prepared, and each statement is a transaction of its own.',
  }),
  rowSecurity: z.enum(['refuse', 'allow']).prefault('refuse').meta({
    description:
      'What becomes of a statement from which row-level security hides rows: a fault, for nobody could be believed to be absent, or its answer.',
  }),
});

/** What the adapter goes by. Durations in milliseconds. */
export type PostgresqlSettings = DeepReadonly<z.output<typeof postgresqlSettings>>;
