import type { Source } from '../sources/environment.ts';
import { formatPath, isWithin, type Path } from '../sources/tree.ts';
import { variableOf } from '../sources/variables.ts';
import type { Document } from '../yaml/document.ts';
import type { Fault } from './issues.ts';
import type { Problem } from './problem.ts';

/** A configuration's file that was read. */
export interface ConfigFile {
  /** Absolute. */
  readonly name: string;
  readonly document: Document;
}

/** Says where a fault was written: who gave the value wins, else the file, else the variable that could mend it. */
export function locate(
  { path, message, part }: Fault,
  file: ConfigFile | undefined,
  sources: readonly Source[],
): Problem {
  const problem = { path: formatPath(path), message };
  const source = giverOf(path, sources);
  if (source !== undefined) return { ...problem, source };
  const parent = path.slice(0, -1);
  const isForeign = path.length > 1 && sources.some((given) => isWithin(given.path, parent));
  const position = file === undefined ? undefined : findPosition(file.document, path, part);
  if (file !== undefined && (position !== undefined || !isForeign)) {
    return { ...problem, file: file.name, ...position };
  }
  return path.length === 0 ? problem : { ...problem, source: variableOf(path) };
}

function giverOf(path: Path, sources: readonly Source[]): string | undefined {
  let giver: Source | undefined;
  for (const source of sources) {
    const depth = giver?.path.length ?? 0;
    if (isWithin(path, source.path) && source.path.length >= depth) giver = source;
  }
  return giver?.name;
}

/** Where the setting stands; one that is missing stands where the group begins that should have it. */
function findPosition(document: Document, path: Path, part: Fault['part']) {
  const exact = document.locate(path, part);
  if (exact !== undefined || path.length < 2) return exact;
  return document.locate(path.slice(0, -1), 'key');
}
