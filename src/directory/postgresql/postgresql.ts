import type { Directory } from '../directory.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { PAGE_MS } from '../sql/follow/offer.ts';
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
  const patient = createPostgresqlEngine({ ...settings, statementTimeout: PAGE_MS }, figures);
  let news = Promise.withResolvers<void>();
  const following = { engine: patient, woken: () => news.promise };
  const directory = createSqlDirectory(settings, engine, hooks, figures, following);
  const { notify } = settings;
  if (notify === undefined) return directory;
  const changed: DirectoryHooks['changed'] = (concern) => {
    news.resolve();
    news = Promise.withResolvers();
    hooks.changed(concern);
  };
  const stop = watchNotifications(notify, settings, { ...hooks, changed }, figures);
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
