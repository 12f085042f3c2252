/**
 * Directories of one's own: their contract, their settings, and idpmap whole round them.
 * @see docs/library.md
 */

export { ConfigError, type Problem } from './config/mistakes/problem.ts';
export type { Misfit } from './config/settings/directories.ts';
export type { Secret, SecretSource } from './config/sources/secret.ts';
export { type DirectoryDefinition, defineDirectory, type OwnType } from './directory/define.ts';
export {
  type Ask,
  type Cause,
  type Change,
  type Directory,
  type Entry,
  Fault,
  type Finding,
  Gap,
  type How,
  type Listed,
  type Mark,
  type Maybe,
  type None,
  type Proof,
  type Remark,
  type Somebody,
  type TableDefinition,
} from './directory/directory.ts';
export { findingOf, none } from './directory/finding.ts';
export type { Concern, DirectoryHooks, Kept } from './directory/hooks.ts';
export type { LimitDefaults } from './directory/settings.ts';
export type { SettingsOf } from './directory/type.ts';
export {
  type Configuration,
  type CreateDaemonOptions,
  createDaemon,
  type EmbeddedDaemon,
} from './library/daemon.ts';
export { type SettingText, setting } from './library/settings.ts';
