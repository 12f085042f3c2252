import type { Dialect } from '../text/tokens.ts';
import { dbmail } from './dbmail.ts';
import { iredmail } from './iredmail.ts';
import { mailcow } from './mailcow.ts';
import { modoboa } from './modoboa.ts';
import { postfixadmin } from './postfixadmin.ts';
import type { PresetStatements, SqlPreset } from './preset.ts';
import { virtualUsers } from './virtualusers.ts';
import { WORDS } from './words.ts';

/** The products whose tables are known. */
export const PRESET_NAMES = [
  'postfixadmin',
  'dbmail',
  'iredmail',
  'mailcow',
  'modoboa',
  'virtual_users',
] as const;
export type SqlPresetName = (typeof PRESET_NAMES)[number];

/** What is known of each. */
export const SQL_PRESETS: Readonly<Record<SqlPresetName, SqlPreset>> = {
  postfixadmin,
  dbmail,
  iredmail,
  mailcow,
  modoboa,
  virtual_users: virtualUsers,
};

/** The statements of a preset in one database, each on one line. */
export const presetStatements = (name: SqlPresetName, dialect: Dialect): PresetStatements => {
  const { statements } = SQL_PRESETS[name];
  const onLines = Object.entries(statements(WORDS[dialect]));
  return Object.fromEntries(
    onLines.map(([key, text]) => [key, text.trim().replaceAll(/\s+/g, ' ')]),
  );
};

const presetsOf = (dialect: Dialect): readonly SqlPresetName[] =>
  PRESET_NAMES.filter((name) => SQL_PRESETS[name].engines.includes(dialect));

/** Those that each database has. */
export const PRESETS_OF: Readonly<Record<Dialect, readonly SqlPresetName[]>> = {
  postgresql: presetsOf('postgresql'),
  mysql: presetsOf('mysql'),
  sqlite: presetsOf('sqlite'),
};
