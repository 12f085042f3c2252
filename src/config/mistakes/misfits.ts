import type { Shape } from '../schema/shape.ts';
import type { Configured } from '../schema.ts';
import type { DirectorySchemas } from '../settings/directories.ts';
import { isTree } from '../sources/tree.ts';
import { describeIssues } from './issues.ts';
import type { Mistake } from './mistake.ts';

/**
 * Finds what only the code of a directory's type can read, such as filters, and can't. They are told as zod's finds are in
 * `tree`, unless they know their place in it.
 */
export async function findMisfits(
  { directories }: Configured,
  types: DirectorySchemas,
  tree: unknown,
  root: Shape,
): Promise<readonly Mistake[]> {
  const found = Object.entries(directories).map(async ([name, settings]) => {
    if (!isTree(settings)) return [];
    const type = types.find((each) => each.type === settings['type']);
    const misfits = (await type?.check?.(settings)) ?? [];
    return misfits.flatMap(({ path: below, message, part }): readonly Mistake[] => {
      const path = ['directories', name, ...below];
      if (part !== undefined) return [{ path, message, part }];
      return describeIssues([{ code: 'custom', path, message, input: undefined }], tree, root);
    });
  });
  return (await Promise.all(found)).flat();
}
