import type { Shape } from '../schema/shape.ts';
import { fieldBelow } from '../schema/shape.ts';
import { formatPath, isTree, type Path } from '../sources/tree.ts';
import { variableOf } from '../sources/variables.ts';
import { type Mistake, mistake } from './mistake.ts';

/** `${NAME}` of shells and compose files, `$(NAME)` of Kubernetes, `{{ name }}` of Ansible and Helm. */
const UNFILLED =
  /^(?:\$\{(?<braced>\w+)(?:[:?+-][^}]*)?\}|\$\((?<called>\w+)\)|\{\{.*\}\}|<%.*%>|__[A-Z\d_]+__)$/su;

/** `$NAME`: a password may be so. */
const VARIABLE = /^\$(?<called>[A-Z][A-Z\d_]+)$/u;

/** Finds values that somebody else should have filled in: they stand there as they are, a password too. */
export function findUnfilled(tree: unknown, shape: Shape, path: Path = []): readonly Mistake[] {
  if (typeof tree === 'string') return judge(tree, shape, path);
  const steps: readonly (readonly [string | number, unknown])[] = Array.isArray(tree)
    ? tree.map((item: unknown, i) => [i, item] as const)
    : Object.entries(isTree(tree) ? tree : {});
  return steps.flatMap(([step, value]) => {
    const below = fieldBelow(shape, step, tree)?.shape;
    return below === undefined ? [] : findUnfilled(value, below, [...path, step]);
  });
}

function judge(text: string, shape: Shape, path: Path): readonly Mistake[] {
  const isSecret = shape.kind === 'leaf' && shape.place === 'secret';
  const found = UNFILLED.exec(text) ?? (isSecret ? null : VARIABLE.exec(text));
  if (found === null) return [];
  const { braced, called: name = braced } = found.groups ?? {};
  const message = 'is not filled in here, and counts as it stands';
  if (isSecret && name !== undefined)
    return [{ ...mistake(path, `a variable ${message}`), likely: [{ env: name }] }];
  return [
    mistake(path, `${JSON.stringify(text)} ${message}, write the value itself${orSet(path)}`),
  ];
}

/** An item of a list has no variable of its own. */
function orSet(path: Path): string {
  const variable = path.some((step) => typeof step === 'number') ? undefined : variableOf(path);
  return variable === undefined ? '' : `, or leave it out and set ${variable}`;
}

/** Leaves out what else is wrong where something was not filled in. */
export function withoutUnfilled(
  mistakes: readonly Mistake[],
  unfilled: readonly Mistake[],
): readonly Mistake[] {
  const paths = new Set(unfilled.map(({ path }) => formatPath(path)));
  return [...unfilled, ...mistakes.filter(({ path }) => !paths.has(formatPath(path)))];
}
