import type { z } from 'zod';
import type { DeepReadonly } from '../config/schema.ts';
import { custom } from './custom/type.ts';
import { demo } from './demo/type.ts';
import type { Directory } from './directory.ts';
import { file } from './file/type.ts';
import type { DirectoryHooks } from './hooks.ts';
import { keycloak } from './keycloak/type.ts';
import { ldap } from './ldap/type.ts';
import { mysql } from './mysql/type.ts';
import { postgresql } from './postgresql/type.ts';
import { sqlite } from './sqlite/type.ts';
import type { DirectoryType } from './type.ts';

/** All types of directories. A new one is a folder and a line here; examples show the first. */
export const TYPES = [file, ldap, keycloak, postgresql, mysql, sqlite, custom, demo] as const;

/** The settings of one directory, told apart by `type`. */
export type DirectorySettings = DeepReadonly<z.output<(typeof TYPES)[number]['schema']>>;

/** Opens a directory. Loads the code of its type only, and does not wait for its first contact. */
export const openDirectory = (
  settings: DirectorySettings,
  hooks: DirectoryHooks,
): Promise<Directory> => typeOf(settings).open(settings, hooks);

/** The same where there are `types` beside those of idpmap. */
export const openingOf =
  (types: readonly DirectoryType<DirectorySettings>[]): typeof openDirectory =>
  (settings, hooks) =>
    typeOf(settings, types).open(settings, hooks);

/** How many addresses mail to one of its groups may go to; 0: it has no groups, or is of a type that idpmap has not. */
export const largestGroup = (settings: DirectorySettings): number =>
  TYPES.some(({ type }) => type === settings.type) ? typeOf(settings).largestGroup(settings) : 0;

/** Whether it serves domains that it lists itself, beside the configured ones. */
export function listsDomains(settings: DirectorySettings): boolean {
  const { lists } = typeOf(settings);
  const value = Object.entries(settings).find(([name]) => name === lists)?.[1];
  return value !== undefined && value !== false;
}

function typeOf(
  settings: DirectorySettings,
  types: readonly DirectoryType<DirectorySettings>[] = TYPES,
): DirectoryType<DirectorySettings> {
  const found = types.find(({ type }) => type === settings.type);
  if (found === undefined) throw new Error(`there is no type of directory ${settings.type}`);
  return found;
}
