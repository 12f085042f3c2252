import type { Directory } from '../directory.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { createSqlDirectory } from '../sql/sql.ts';
import { createSqliteEngine } from './engine.ts';
import type { SqliteSettings } from './settings.ts';

/** A file needs no login, and is there or not; its process may be slow to start on a busy machine. */
const OF_FILES = { connectTimeout: 10_000, maxAge: 24 * 3_600_000, returnAfter: 1000 };

/**
 * Opens a directory of type `sqlite`; the file is opened in the background.
 * @throws {SyntaxError} where a statement can't be read
 */
export function createSqliteDirectory(settings: SqliteSettings, hooks: DirectoryHooks): Directory {
  const own = { ...OF_FILES, ...settings, hosts: [settings.path] };
  const following = { engine: createSqliteEngine('a feed') };
  return createSqlDirectory(own, createSqliteEngine('lookups'), hooks, {}, following);
}
