import type { Directory, DirectoryHooks } from '../directory.ts';
import { createSqlDirectory } from '../sql/sql.ts';
import { createPostgresqlEngine } from './engine.ts';
import type { PostgresqlSettings } from './settings.ts';

/**
 * Opens a directory of type `postgresql`; its connections are opened in the background.
 * @throws {SyntaxError} where a statement can't be read
 */
export function createPostgresqlDirectory(
  settings: PostgresqlSettings,
  hooks: DirectoryHooks,
): Directory {
  const figures: Record<string, number> = {};
  return createSqlDirectory(settings, createPostgresqlEngine(settings, figures), hooks, figures);
}
