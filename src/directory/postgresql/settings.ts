import { z } from 'zod';
import type { DeepReadonly } from '../../config/schema.ts';
import { preset, questions, servers } from '../sql/settings.ts';

/** Where PostgreSQL listens. */
export const POSTGRESQL_PORT = 5432;

/** The settings of a directory in PostgreSQL. */
export const postgresqlSettings = z
  .strictObject({
    ...servers({ port: POSTGRESQL_PORT, socket: '/run/postgresql' }),
    preset: preset('postgresql'),
    ...questions,
    pooler: z.enum(['none', 'session', 'transaction']).prefault('none').meta({
      description:
        'Whether a PgBouncer or the like stands in between, and in which mode. `transaction`: then nothing is prepared, and each statement is a transaction of its own.',
    }),
    notify: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'is no channel, write lower-case letters: idpmap')
      .exactOptional()
      .meta({
        description:
          'The channel on which the database notifies of changes: whose address a payload names is asked for anew at once. Triggers that do so: `idpmap init postgresql --notify`.',
        examples: ['idpmap'],
      }),
    rowSecurity: z.enum(['refuse', 'allow']).prefault('refuse').meta({
      description:
        'What becomes of a statement from which row-level security hides rows: a fault, for nobody could be believed to be absent, or its answer.',
    }),
  })
  .superRefine(({ notify, pooler }, context) => {
    if (notify === undefined || pooler === 'none') return;
    context.addIssue({
      code: 'custom',
      path: ['notify'],
      message:
        'nothing is heard through PgBouncer in transaction mode: name the server itself in hosts, without pooler, or leave notify out',
    });
  });

/** What the adapter goes by. Durations in milliseconds. */
export type PostgresqlSettings = DeepReadonly<z.output<typeof postgresqlSettings>>;
