import { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.ts';
import { printConfig } from './config/print.ts';
import { type Configured, createSchema, type Schema } from './config/schema.ts';
import { TYPES } from './directory/types.ts';

/** Every setting there is, of every type of directory that there is. */
export const SCHEMA = createSchema<(typeof TYPES)[number]>(TYPES);

/** A checked configuration of idpmap. */
export type Settings = Configured<(typeof TYPES)[number]>;

/** A configuration that can be used. */
export type Loaded = LoadedConfig<Settings>;

/** Reads the configuration. It loads no driver: directories are opened later, by whoever serves them. */
export const loadSettings = (options: LoadOptions): Promise<Loaded> =>
  loadConfig<Settings>(SCHEMA, options);

/** The schemas of settings that have types of directory beside those of idpmap. */
const schemas = new WeakMap<Settings, Schema<Settings>>();

/** As `loadSettings`, by a schema that has more types. */
export async function loadSettingsBy(
  schema: Schema<Settings>,
  options: LoadOptions,
): Promise<Loaded> {
  const loaded = await loadConfig<Settings>(schema, options);
  schemas.set(loaded.settings, schema);
  return loaded;
}

/** Writes settings as a configuration that loads again, without secrets. */
export const printSettings = (settings: Settings): string =>
  printConfig<Settings>(schemas.get(settings) ?? SCHEMA, settings);
