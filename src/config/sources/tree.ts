import { isRecord } from '../../record.ts';
/** The way to a setting: names, and the indices of lists. */
export type Path = readonly (string | number)[];

/** A group of settings before it is checked. */
export type Tree = Readonly<Record<string, unknown>>;

/** Whether `value` holds settings under names. */
export const isTree: (value: unknown) => value is Tree = isRecord;

/** What stands at `path`; `undefined` where nothing does. */
export function getIn(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const step of path) {
    const holds = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    value = holds ? Reflect.get(value ?? {}, step) : undefined;
  }
  return value;
}

/** A copy of `tree` with `value` at `path`. What stands in the way, and is no group, stays: it is a problem of its own. */
export function setIn(tree: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (tree !== undefined && tree !== null && !isTree(tree)) return tree;
  return { ...tree, [step]: setIn(getIn(tree, [step]), rest, value) };
}

/** A copy of `base` over which `over` is laid: groups are merged, all else is replaced. */
export function overlay(base: unknown, over: unknown): unknown {
  if (!isTree(base) || !isTree(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) merged[name] = overlay(merged[name], value);
  return merged;
}

/** Whether `path` is `start` or lies below it. */
export const isWithin = (path: Path, start: Path): boolean =>
  start.length <= path.length && start.every((step, i) => step === path[i]);

/** Writes a path as people do: `listen[0].tls.cert`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
