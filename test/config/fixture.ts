import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadOptions } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/mistakes/problem.ts';
import { type Loaded, loadSettings } from '../../src/settings.ts';

/** A directory of its own for the files of one test; it goes when the test's scope does. */
export interface Scratch extends Disposable {
  readonly path: string;
  /** Writes a file there; gives its absolute name. */
  write(name: string, text: string): string;
}

export function createScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'idpmap-config-'));
  return {
    path,
    write: (name, text) => {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The least that is a configuration. */
export const LEAST = `
domains:
  example.org: { directory: people }
directories:
  people: { type: file, path: people.yaml }
`;

/** The environment that is as much. */
export const LEAST_ENVIRONMENT = {
  IDPMAP_DOMAINS: '{example.org: {directory: people}}',
  IDPMAP_DIRECTORIES: '{people: {type: file, path: people.yaml}}',
};

/** No default file that a machine may have. */
const NOWHERE = '/nonexistent/idpmap.yaml';

/** Loads `text` as a file, in an environment of its own. */
export async function loadText(text: string, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  using scratch = createScratch();
  return await load({ file: scratch.write('idpmap.yaml', text), ...options });
}

/** Loads without a file, unless one is named. */
export const load = (options: Partial<LoadOptions>): Promise<Loaded> =>
  loadSettings({ environment: {}, defaultFile: NOWHERE, ...options });

/** The error that a configuration must lead to. */
export async function errorOf(loading: Promise<Loaded>): Promise<ConfigError> {
  const outcome = await loading.catch((error: unknown) => error);
  if (outcome instanceof ConfigError) return outcome;
  throw new Error('the configuration is no mistake', { cause: outcome });
}

/** The problems of `text`, a line each, without the file's name: `6:11: deadline: …`. */
export async function mistakesIn(
  text: string,
  options: Partial<LoadOptions> = {},
): Promise<readonly string[]> {
  const { message } = await errorOf(loadText(text, options));
  return message.split('\n').map(withoutFile);
}

/** A line of a message without the name of its file. */
export const withoutFile = (line: string): string => line.replace(/^\/\S*?\/idpmap\.yaml:\s?/, '');
