import { resolve } from 'node:path';
import { fieldBelow, type Leaf, type Shape } from '../schema/shape.ts';
import { getIn, isTree, type Tree } from './tree.ts';

/**
 * Makes the tree of one source fit to be laid over others: relative paths are resolved against `base`, and groups that
 * are named but left empty (`cache:`) are dropped. What doesn't fit its shape stays as it is, for the schema to blame.
 */
export function prepare(value: unknown, shape: Shape, base: string): unknown {
  if (shape.kind === 'leaf') return prepareLeaf(value, shape, base);
  if (typeof value === 'string') return prepareAlone(value, shape, base);
  if (Array.isArray(value)) {
    return shape.kind === 'list'
      ? value.map((item) => prepare(item, shape.item.shape, base))
      : value;
  }
  if (!isTree(value)) return value;
  if (shape.kind === 'list') return prepare(value, shape.item.shape, base);
  return prepareTree(value, shape, base);
}

function prepareTree(tree: Tree, shape: Exclude<Shape, Leaf>, base: string): Tree {
  const prepared: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(tree)) {
    const below = fieldBelow(shape, name, tree)?.shape;
    if (below === undefined) prepared[name] = value;
    else if (value !== null || below.kind === 'leaf') prepared[name] = prepare(value, below, base);
    else if (shape.kind === 'named') prepared[name] = {};
  }
  return prepared;
}

/** A text where a list or group may be: one item, or the group's one setting. */
function prepareAlone(text: string, shape: Exclude<Shape, Leaf>, base: string): unknown {
  if (shape.kind === 'list') return prepare(text, shape.item.shape, base);
  const setting = shape.kind === 'group' ? shape.alone : undefined;
  const below = setting === undefined ? undefined : fieldBelow(shape, setting, undefined);
  return below === undefined ? text : prepare(text, below.shape, base);
}

function prepareLeaf(value: unknown, { place }: Leaf, base: string): unknown {
  if (place === 'secret' && isTree(value)) {
    const file = getIn(value, ['file']);
    return typeof file === 'string' && file !== ''
      ? { ...value, file: resolve(base, file) }
      : value;
  }
  return typeof value === 'string' && value !== '' ? resolveText(value, place, base) : value;
}

function resolveText(value: string, place: Leaf['place'], base: string): string {
  if (place === 'path or off' && value === 'off') return value;
  if (place === 'module') return isPackage(value) ? value : resolve(base, value);
  // What is no file's name stays as it is, for the schema to blame.
  if (place === 'path' || place === 'path or off')
    return isFileName(value) ? resolve(base, value) : value;
  return place === 'endpoint' ? resolveEndpoint(value, base) : value;
}

/** Words, endpoints, directories and what is in a file are not the name of one. */
export const isFileName = (text: string): boolean =>
  !/^(?:off|no|none|false|true|yes|on|never|null)$|^(?:unix|tcp|https?|sqlite3?):|^[a-z][\w+.-]*:\/|^[a-z]:\\|^[~$]|\$\{|\/$|-----BEGIN/i.test(
    text,
  ) && !/^[\d.]+:\d+$/.test(text);

/** A package's name has no dot or slash in front, and ends in nothing that code ends in. */
const isPackage = (text: string): boolean =>
  /^(?:@[\w.-]+\/)?[\w-][\w.-]*$/u.test(text) && !/\.[cm]?[jt]s$/u.test(text);

/** Resolves the path of a `unix:` endpoint, which ends where its options begin. */
function resolveEndpoint(text: string, base: string): string {
  const { path, options = '' } =
    /^unix:(?<path>[^/?][^?]*)(?<options>\?.*)?$/su.exec(text)?.groups ?? {};
  // An ending slash names no socket; `resolve` would hide it.
  if (path === undefined || path.endsWith('/')) return text;
  return `unix:${resolve(base, path)}${options}`;
}
