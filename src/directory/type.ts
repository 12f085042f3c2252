import { z } from 'zod';
import type { DeepReadonly } from '../config/schema.ts';
import type { DirectorySchema, Misfit } from '../config/settings/directories.ts';
import type { Tree } from '../config/sources/tree.ts';
import type { Directory } from './directory.ts';
import type { DirectoryHooks } from './hooks.ts';
import { type CommonShape, common, type LimitDefaults } from './settings.ts';

/** What a type of directory says of itself: everything that anybody but its own folder has to know. */
export interface TypeDefinition<Name extends string, Own extends z.ZodRawShape>
  extends Pick<DirectorySchema, 'sample' | 'lists' | 'tables'> {
  /** What stands under `type`. */
  readonly type: Name;
  /** What it is, in a sentence: for the reference. */
  readonly about: string;
  /** What such a directory is spared unless the configuration says otherwise. */
  readonly limits: LimitDefaults;
  /** Its own settings, made when somebody configures one; those of every type are laid beside them. */
  readonly settings: () => z.ZodObject<Own, z.core.$strict>;
  /** Opens it. The adapter and its driver are loaded here (`import()`); the first contact is not waited for. */
  open(settings: SettingsOf<Name, Own>, hooks: DirectoryHooks): Promise<Directory>;
  /** Finds settings that only its own code can read, such as filters; absent: the schema reads all. */
  check?(settings: SettingsOf<Name, Own>): Promise<readonly Misfit[]>;
  /** How many addresses mail to one of its groups may go to; 0: it has no groups. */
  largestGroup(settings: SettingsOf<Name, Own>): number;
}

type Whole<Name extends string, Own> = { type: z.ZodLiteral<Name> } & Own & CommonShape;

/** The settings of one directory of this type: its own, and those of every type. */
export type SettingsOf<Name extends string, Own extends z.ZodRawShape> = DeepReadonly<
  z.output<z.ZodObject<Whole<Name, Own>, z.core.$strict>>
>;

/** A type of directory, as the configuration and the daemon use it. */
export interface DirectoryType<Settings extends Tree, Schema extends z.ZodObject = z.ZodObject>
  extends DirectorySchema {
  readonly schema: Schema;
  open(settings: Settings, hooks: DirectoryHooks): Promise<Directory>;
  check?(settings: Settings): Promise<readonly Misfit[]>;
  largestGroup(settings: Settings): number;
}

/** Makes a type of directory of its definition. It is known once it is listed in `types.ts`. */
export function defineType<const Name extends string, Own extends z.ZodRawShape>(
  definition: TypeDefinition<Name, Own>,
): DirectoryType<SettingsOf<Name, Own>, z.ZodObject<Whole<Name, Own>, z.core.$strict>> {
  let schema: z.ZodObject<Whole<Name, Own>, z.core.$strict> | undefined;
  return {
    ...definition,
    get schema() {
      schema ??= createWhole(definition);
      return schema;
    },
  };
}

function createWhole<const Name extends string, Own extends z.ZodRawShape>({
  type,
  about,
  limits,
  settings,
}: TypeDefinition<Name, Own>): z.ZodObject<Whole<Name, Own>, z.core.$strict> {
  const own = settings();
  const schema = z.strictObject({
    type: z.literal(type).meta({ description: about }),
    ...own.shape,
    ...common(limits),
  });
  // What the type demands across its own settings holds of the whole, which has them all.
  const { checks = [] } = own.def;
  return schema.clone({ ...schema.def, checks });
}
