import type { Misfit } from '../config/settings/directories.ts';
import type { Path } from '../config/sources/tree.ts';
import { describeForeign, foreignIn } from './templates/foreign.ts';

/** What is wrong with a text of the settings that `read` can't read; nothing where it is absent. */
export function tryRead(
  path: Path,
  text: string | undefined,
  read: (text: string) => unknown,
): readonly Misfit[] {
  if (text === undefined) return [];
  try {
    read(text);
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [{ path, message: `can't be read: ${error.message}` }];
  }
}

/** What other programs fill in, and nobody does here. */
export function checkForeign(
  path: Path,
  text: string | undefined,
  find: (text: string) => string | undefined = foreignIn,
): readonly Misfit[] {
  const placeholder = text === undefined ? undefined : find(text);
  return placeholder === undefined ? [] : [{ path, message: describeForeign(placeholder) }];
}
