import { isDeepStrictEqual } from 'node:util';
import leven from 'leven';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';
import type { z } from 'zod';
import { knownKeys } from './schema.ts';

/** Something wrong in a people file. */
export interface Problem {
  /** The way to it from the top: `['accounts', 3, 'adress']`. */
  readonly path: readonly PropertyKey[];
  /** What is wrong there, without the value: it may be somebody's address. */
  readonly message: string;
}

/** Says where a problem stands: `:14:5`, line and column, or nothing where that is not known. */
export type Locate = (path: readonly PropertyKey[]) => string;

/** `people.yaml:14:5: accounts[3].adress: unknown key, did you mean "address"?` */
export function formatProblem(file: string, { path, message }: Problem, locate: Locate): string {
  const what = path.length === 0 ? '' : ` ${formatPath(path)}:`;
  return `${file}${locate(path)}:${what} ${message}`;
}

/** Says what the schema found wrong, one problem an unknown key. */
export function fromIssue(issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  const known = knownKeys(issue.path);
  return issue.keys.map((key) => {
    const [nearest = ''] = known.toSorted((a, b) => leven(key, a) - leven(key, b));
    const hint =
      leven(key.toLowerCase(), nearest) <= 2
        ? `did you mean "${nearest}"?`
        : `known are ${known.join(', ')}`;
    return { path: [...issue.path, key], message: `unknown key, ${hint}` };
  });
}

/** Leaves out what is missing only because its key is misspelt: that is told. */
export const withoutConsequences = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter(({ path, message }) => {
    const hint = `did you mean "${String(path.at(-1))}"?`;
    const isCaused = problems.some(
      (other) =>
        other.message.endsWith(hint) &&
        isDeepStrictEqual(other.path.slice(0, -1), path.slice(0, -1)),
    );
    return !(message === 'is missing' && isCaused);
  });

/** Finds the place of a path in a YAML document; of what is missing, the place where it would stand. */
export function createLocate(document: Document, lines: LineCounter): Locate {
  return (path) => {
    let node: unknown = document.contents;
    let offset = startOf(node);
    for (const part of path) {
      const inside = isAlias(node) ? node.resolve(document) : node;
      const next = isMap(inside) ? stepIntoMap(inside.items, part) : stepIntoList(inside, part);
      if (next === undefined) break;
      node = next.node;
      offset = next.offset ?? startOf(node) ?? offset;
    }
    return offset === undefined ? '' : formatPlace(lines, offset);
  };
}

/** `:14:5` of an offset in the text. */
export function formatPlace(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `:${line}:${col}`;
}

interface Step {
  readonly node: unknown;
  readonly offset?: number | undefined;
}

function stepIntoMap(items: readonly { key: unknown; value: unknown }[], part: PropertyKey) {
  const pair = items.find(({ key }) => isScalar(key) && key.value === part);
  return pair && ({ node: pair.value, offset: startOf(pair.key) } satisfies Step);
}

function stepIntoList(node: unknown, part: PropertyKey): Step | undefined {
  if (!isSeq(node) || typeof part !== 'number' || part >= node.items.length) return undefined;
  return { node: node.items[part] };
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** A table's keys are not shown, they may be addresses. */
function formatPath(path: readonly PropertyKey[]): string {
  const shown = path[0] === 'tables' ? path.slice(0, 2) : path;
  return shown
    .map((part, i) =>
      typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`,
    )
    .join('');
}
