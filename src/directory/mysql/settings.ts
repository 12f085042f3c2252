import { z } from 'zod';
import type { DeepReadonly } from '../../config/schema.ts';
import { preset, questions, servers } from '../sql/settings.ts';

/** Where MySQL and MariaDB listen. */
export const MYSQL_PORT = 3306;

/** The settings of a directory in MySQL or MariaDB. */
export const mysqlSettings = z.strictObject({
  ...servers({ port: MYSQL_PORT, socket: '/run/mysqld/mysqld.sock' }),
  preset: preset('mysql'),
  ...questions,
});

/** What the adapter goes by. Durations in milliseconds. */
export type MysqlSettings = DeepReadonly<z.output<typeof mysqlSettings>>;
