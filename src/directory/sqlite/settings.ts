import { z } from 'zod';
import { count, path } from '../../config/schema/values.ts';
import type { DeepReadonly } from '../../config/schema.ts';
import { preset, questions } from '../sql/settings.ts';

/** The settings of a directory in a file of SQLite. */
export const sqliteSettings = z.strictObject({
  path: path().meta({
    description:
      'The file, which is only read. Statements may use `idpmap_fold(text)`, which folds as Postfix does.',
    examples: ['/var/lib/mail/users.sqlite'],
  }),
  preset: preset('sqlite'),
  ...questions,
  connections: count(1, 16).prefault(2).meta({ description: 'Processes that read it.' }),
});

/** What the adapter goes by. Durations in milliseconds. */
export type SqliteSettings = DeepReadonly<z.output<typeof sqliteSettings>>;
