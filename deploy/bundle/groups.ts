import { join } from 'node:path';

/** What the bundler knows of a module. */
interface Context {
  getModuleInfo(id: string): {
    readonly isEntry: boolean;
    readonly importedIds: readonly string[];
    readonly dynamicallyImportedIds: readonly string[];
  } | null;
}

/**
 * Files of the program, in the order in which they take modules: what each reads at once, all that its sources import. What is
 * started by its name is in none: whoever reads it, for a module that they share, would do its work.
 */
const GROUPS = {
  // For processes and threads that shall not read a whole daemon.
  parts: ['directory/sqlite/reader.ts', 'mirror/store/writer.ts'],
  base: ['cli.ts'],
  people: ['directory/file/child.ts'],
  daemon: ['cli/serve.ts', 'cli/run.ts', 'log.ts', 'directory/file/file.ts'],
  web: ['http/server.ts', 'http/figures.ts'],
  http: ['http/app.ts'],
  metrics: ['http/metrics.ts'],
};

/**
 * Files of what a start seldom needs, which are read when something in them is first used: a start parses all of a file. No
 * route of ours has a schema, for which fastify has half of its code; few daemons have
 * a mirror, and hardly one directories of all types.
 */
const RARE: Readonly<Record<string, RegExp>> = {
  schemas:
    /\/node_modules\/(?:@fastify\/(?:ajv-compiler|fast-json-stringify-compiler|merge-json-schemas)|ajv|ajv-formats|fast-json-stringify(?!\/lib\/(?:serializer|v8)\.js)|fast-uri|json-schema-ref-resolver|light-my-request)\//,
  copies: /\/src\/mirror\//,
  keycloakSettings: /\/src\/directory\/keycloak\/settings/,
  ldapSettings: /\/src\/directory\/ldap\/settings/,
  sqlSettings: /\/src\/directory\/(?:mysql|postgresql|sql|sqlite)\/settings/,
};

/** The names of files that are read when they are first used. */
export const RARE_FILES = Object.keys(RARE);

/** Of the packages that a source loads on demand, those that every daemon loads. */
const ALWAYS = /\/node_modules\/pino\/pino\.js$/;

let known: ReadonlyMap<string, string> | undefined;

/** The file that a module goes into; null: the bundler chooses. */
export function groupOf(id: string, context: Context, src: string): string | null {
  if (context.getModuleInfo(id)?.isEntry === true) return null;
  known ??= readGroups(context, src);
  const group = known.get(id);
  if (group === 'parts') return group;
  const rare = Object.entries(RARE).find(([, of]) => of.test(id));
  return rare?.[0] ?? group ?? null;
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
