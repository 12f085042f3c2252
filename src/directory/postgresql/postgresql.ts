import type { Directory, DirectoryHooks } from '../directory.ts';
import { createSqlDirectory } from '../sql/sql.ts';
import { createPostgresqlEngine } from './engine.ts';
import { tryListening } from './notify/listen.ts';
import { watchNotifications } from './notify/watch.ts';
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
  const engine = createPostgresqlEngine(settings, figures);
  const directory = createSqlDirectory(settings, engine, hooks, figures);
  const { notify } = settings;
  if (notify === undefined) return directory;
  const stop = watchNotifications(notify, settings, hooks, figures);
  return {
    ...directory,
    inspect: async (signal) => [
      ...((await directory.inspect?.(signal)) ?? []),
      await tryListening(notify, settings, signal),
    ],
    async close() {
      stop();
      await directory.close();
    },
  };
}
