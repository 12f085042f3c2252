import { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.ts';
import { printConfig } from './config/print.ts';
import { type Configured, createSchema } from './config/schema.ts';
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

/** Writes settings as a configuration that loads again, without secrets. */
export const printSettings = (settings: Settings): string =>
  printConfig<Settings>(SCHEMA, settings);
