import type { Giver } from '../sources/environment.ts';
import { formatPath, isWithin, type Path } from '../sources/tree.ts';
import { variableOf } from '../sources/variables.ts';
import type { Document } from '../yaml/document.ts';
import type { Mistake } from './mistake.ts';
import type { Problem } from './problem.ts';

/** A configuration's file that was read. */
export interface ConfigFile {
  /** Absolute. */
  readonly name: string;
  readonly document: Document;
}

/** Says where a mistake was written: who gave the value wins, else the file, else the variable that could mend it. */
export function locate(
  { path, message, part }: Mistake,
  file: ConfigFile | undefined,
  givers: readonly Giver[],
): Problem {
  const problem = { path: formatPath(path), message };
  const source = giverOf(path, givers);
  if (source !== undefined) return { ...problem, source };
  const parent = path.slice(0, -1);
  const isForeign = path.length > 1 && givers.some((given) => isWithin(given.path, parent));
  const position = file === undefined ? undefined : findPosition(file.document, path, part);
  if (file !== undefined && (position !== undefined || !isForeign)) {
    return { ...problem, file: file.name, ...position };
  }
  return path.length === 0 ? problem : { ...problem, source: variableOf(path) };
}

function giverOf(path: Path, givers: readonly Giver[]): string | undefined {
  let giver: Giver | undefined;
  for (const each of givers) {
    const depth = giver?.path.length ?? 0;
    if (isWithin(path, each.path) && each.path.length >= depth) giver = each;
  }
  return giver?.name;
}

/** Where the setting stands; one that is missing stands where the group begins that should have it. */
function findPosition(document: Document, path: Path, part: Mistake['part']) {
  const exact = document.locate(path, part);
  if (exact !== undefined || path.length < 2) return exact;
  return document.locate(path.slice(0, -1), 'key');
}
