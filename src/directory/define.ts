import { z } from 'zod';
import type { DeepReadonly } from '../config/schema.ts';
import type { Misfit } from '../config/settings/directories.ts';
import type { Tree } from '../config/sources/tree.ts';
import { silentLog } from '../log.ts';
import type { Directory, Maybe } from './directory.ts';
import type { DirectoryHooks } from './hooks.ts';
import type { LimitDefaults } from './settings.ts';
import { createKept } from './trust/kept.ts';
import { type DirectoryType, defineType, type SettingsOf } from './type.ts';

/**
 * A type of directory of one's own. What it opens has to keep the law, each method its part of it:
 *
 * - `find` says *found* of whoever holds the address as their own or as an alias, however the store writes it (capitals, U-labels);
 *   whom it gives beyond them is left out. It says *none* only where the store has answered, whole, that there is nobody, and with
 *   a proof (`none(by, how)`). Whatever else comes of it throws: no connection, no rights, a status or a text that is not what
 *   was asked for, a list that was cut. It ends when `signal` fires, by throwing.
 * - `probe` asks one cheap question that would fail where `find` could be wrong: without rights, without a view of the people,
 *   at another server. It throws then. A *none* `by: 'probe'` is believed after a later success of it only.
 * - `domains`, where there is one, gives all of them or throws: mail for those that it leaves out is refused.
 * - `table` throws where there is no table of the name, and its questions keep the law as `find` does.
 * - `close` ends what is under way; those questions throw.
 */
export interface DirectoryDefinition<Name extends string, Own extends z.ZodRawShape> {
  /** What stands under `type`: lower-case letters, digits and hyphens, and no type that idpmap has. */
  readonly type: Name;
  /** What it is, in a sentence. */
  readonly about: string;
  /** Its settings, each made by `setting`, so that what is wrong with one is told with line and column. */
  readonly settings: Own;
  /** What the store is spared, where the configuration says nothing else; absent: 32 questions at once, 500 a second. */
  readonly limits?: LimitDefaults;
  /** The setting that makes it list domains; absent: it never does. */
  readonly lists?: string;
  /** Whether maps may ask it for tables; absent: it has none. */
  readonly tables?: 'content' | 'none';
  /** How many addresses mail to one of its groups may go to; absent: it has no groups. */
  readonly largestGroup?: (settings: SettingsOf<Name, Own>) => number;
  /** Finds what only its own code can read in the settings, and can't; absent: the schemas read all. */
  readonly check?: (settings: SettingsOf<Name, Own>) => Promise<readonly Misfit[]>;
  /** Opens it, without waiting for the first contact: a store that is down must not keep idpmap from starting. */
  readonly open: (settings: SettingsOf<Name, Own>, hooks: DirectoryHooks) => Maybe<Directory>;
}

/** A type of directory of one's own, as `createDaemon` takes it and a module gives it. */
export interface OwnType<Name extends string = string, Own extends z.ZodRawShape = z.ZodRawShape>
  extends DirectoryType<SettingsOf<Name, Own>> {
  /** Its own settings alone. */
  readonly own: z.ZodObject<Own, z.core.$strict>;
  /**
   * Opens it by settings as the configuration would write them, `type` aside: for its tests. Throws where they are wrong. Hooks
   * that are absent do nothing, and what it keeps is kept until the process ends.
   */
  readonly openForTest: (written: object, hooks?: Partial<DirectoryHooks>) => Promise<Directory>;
}

const quietHooks = (name: string): DirectoryHooks => ({
  name,
  log: silentLog,
  delimiters: '+',
  changed: () => {},
  domainsChanged: () => {},
  kept: createKept(),
});

const LIMITS: LimitDefaults = { inFlight: 32, perSecond: 500 };

/** Makes a type of directory, for `createDaemon`, or to be the default export of a module for `type: custom`. */
export function defineDirectory<const Name extends string, Own extends z.ZodRawShape>(
  definition: DirectoryDefinition<Name, Own>,
): OwnType<Name, Own> {
  const own = z.strictObject(definition.settings);
  const { open, largestGroup = () => 0, limits = LIMITS, tables = 'none' } = definition;
  const type = defineType<Name, Own>({
    ...definition,
    limits,
    tables,
    largestGroup,
    settings: () => own,
    sample: {},
    open: async (settings, hooks) => open(settings, hooks),
  });
  return {
    ...type,
    own,
    openForTest: async (written, given) => {
      const hooks = { ...quietHooks(definition.type), ...given };
      const opened: Pick<DirectoryType<Tree>, 'open'> = type;
      return opened.open(type.schema.parse({ type: definition.type, ...written }), hooks);
    },
  };
}

/** The settings of an own type, those that every type has among them. */
export type OwnSettings<Type extends OwnType> = DeepReadonly<z.output<Type['schema']>>;
