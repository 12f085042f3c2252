import { z } from 'zod';
import { likelyDirectoryNames } from '../likely/names.ts';
import { notations } from '../schema/notation.ts';
import type { Path, Tree } from '../sources/tree.ts';
import { inline } from '../yaml/inline.ts';

/** What the configuration has to know of one type of directory. */
export interface DirectorySchema {
  /** What stands under `type`. */
  readonly type: string;
  /** All that such a directory may hold, `type` included. */
  readonly schema: z.ZodObject;
  /** The least that somebody would write, without `type`: for the reference, messages and tests. */
  readonly sample: Tree;
  /** The setting that makes it list domains, where it is given and not `false`; absent: it never does. */
  readonly lists?: string;
  /** Where its tables are: named below one of its settings, in its content, or nowhere. */
  readonly tables: { readonly setting: string } | 'content' | 'none';
  /** Finds settings that only the type's own code can read. */
  check?(settings: Tree): Promise<readonly Misfit[]>;
}

/** At least one type; the first is the one that examples show. */
export type DirectorySchemas<Type extends DirectorySchema = DirectorySchema> = readonly [
  Type,
  ...Type[],
];

/** A setting that can't be used, and why. Its path begins in the directory's settings. */
export interface Misfit {
  readonly path: Path;
  readonly message: string;
  /** Where the path is that of the configuration itself: whether the name is at fault, or what stands behind it. */
  readonly part?: 'key' | 'value';
}

/** The directory of all examples, with its `type`. */
export const sampleOf = ([{ type, sample }]: DirectorySchemas): Readonly<Record<string, Tree>> => ({
  people: { type, ...sample },
});

/** The name of a directory, as an administrator chooses it: it labels metrics and stands in variables' names. */
const directoryName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no name of a directory, write lower-case letters, digits and hyphens: staff`,
  })
  .register(notations, { type: 'name', likely: likelyDirectoryNames });

/** Makes the settings of whatever knows the people: each directory is of one of `types`. */
export const directories = <Type extends DirectorySchema>(types: DirectorySchemas<Type>) =>
  z
    .record(directoryName, eitherOf(types))
    .register(notations, { key: { name: 'NAME', example: 'people' } })
    .prefault({})
    .meta({
      description: 'Whatever knows the people, under names of your choice.',
      examples: [inline(sampleOf(types))],
    });

function eitherOf<Type extends DirectorySchema>([first, ...others]: DirectorySchemas<Type>) {
  const schemas = others.map((type): Type['schema'] => type.schema);
  return z.discriminatedUnion<readonly [Type['schema'], ...Type['schema'][]], 'type'>('type', [
    first.schema,
    ...schemas,
  ]);
}
