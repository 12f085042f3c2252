import type { Dialect } from '../text/tokens.ts';
import type { PresetStatements, SqlPreset } from './preset.ts';
import { virtualUsers } from './virtualusers.ts';
import { WORDS } from './words.ts';

/** The products whose tables are known. */
export const PRESET_NAMES = ['virtual_users'] as const;
export type SqlPresetName = (typeof PRESET_NAMES)[number];

/** What is known of each. */
export const SQL_PRESETS: Readonly<Record<SqlPresetName, SqlPreset>> = {
  virtual_users: virtualUsers,
};

/** The statements of a preset in one database. */
export const presetStatements = (name: SqlPresetName, dialect: Dialect): PresetStatements =>
  SQL_PRESETS[name].statements(WORDS[dialect]);

const presetsOf = (dialect: Dialect): readonly SqlPresetName[] =>
  PRESET_NAMES.filter((name) => SQL_PRESETS[name].engines.includes(dialect));

/** Those that each database has. */
export const PRESETS_OF: Readonly<Record<Dialect, readonly SqlPresetName[]>> = {
  postgresql: presetsOf('postgresql'),
  mysql: presetsOf('mysql'),
  sqlite: presetsOf('sqlite'),
};
