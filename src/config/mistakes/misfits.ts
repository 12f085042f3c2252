import type { z } from 'zod';
import type { Configured } from '../schema.ts';
import type { DirectorySchemas } from '../settings/directories.ts';
import { isTree } from '../sources/tree.ts';

/** Finds what only the code of a directory's type can read, such as filters, and can't. They are told as zod's finds are. */
export async function findMisfits(
  { directories }: Configured,
  types: DirectorySchemas,
): Promise<readonly z.core.$ZodIssue[]> {
  const found = Object.entries(directories).map(async ([name, settings]) => {
    if (!isTree(settings)) return [];
    const type = types.find((each) => each.type === settings['type']);
    const misfits = (await type?.check?.(settings)) ?? [];
    return misfits.map(({ path, message }) => ({
      code: 'custom' as const,
      path: ['directories', name, ...path],
      message,
      input: undefined,
    }));
  });
  return (await Promise.all(found)).flat();
}
