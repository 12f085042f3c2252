import type { Directory } from '../directory.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { PAGE_MS } from '../sql/follow/offer.ts';
import { createSqlDirectory } from '../sql/sql.ts';
import { createMysqlEngine } from './engine.ts';
import type { MysqlSettings } from './settings.ts';

/**
 * Opens a directory of type `mysql`, for MariaDB too; its connections are opened in the background.
 * @throws {SyntaxError} where a statement can't be read
 */
export function createMysqlDirectory(settings: MysqlSettings, hooks: DirectoryHooks): Directory {
  const figures: Record<string, number> = {};
  const following = {
    engine: createMysqlEngine({ ...settings, statementTimeout: PAGE_MS }, figures),
  };
  return createSqlDirectory(
    settings,
    createMysqlEngine(settings, figures),
    hooks,
    figures,
    following,
  );
}
