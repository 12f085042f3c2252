import { join } from 'node:path';

/** What the bundler knows of a module. */
interface Context {
  getModuleInfo(id: string): {
    readonly importedIds: readonly string[];
    readonly dynamicallyImportedIds: readonly string[];
  } | null;
}

/**
 * Files of the program, in the order in which they take modules: what each reads at once, all that its sources import. `main.ts`
 * is in none: whoever reads it, a child for one that shares a module, would be the command.
 */
const GROUPS = {
  base: ['cli.ts'],
  daemon: ['cli/serve.ts', 'cli/run.ts', 'log.ts', 'directory/file/file.ts'],
  http: ['http/server.ts', 'http/figures.ts', 'http/metrics.ts'],
};

/** Of the packages that a source loads on demand, those that every daemon loads. */
const ALWAYS = /\/node_modules\/pino\/pino\.js$/;

let known: ReadonlyMap<string, string> | undefined;

/** The file that a module goes into; null: the bundler chooses. */
export function groupOf(id: string, context: Context, src: string): string | null {
  known ??= readGroups(context, src);
  return known.get(id) ?? null;
}

function readGroups(context: Context, src: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const [name, sources] of Object.entries(GROUPS)) {
    const waiting = sources.map((source) => join(src, source));
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (groups.has(id)) continue;
      const info = context.getModuleInfo(id);
      if (info === null) continue;
      groups.set(id, name);
      const later = info.dynamicallyImportedIds.filter((each) => ALWAYS.test(each));
      waiting.push(...info.importedIds, ...later);
    }
  }
  return groups;
}
