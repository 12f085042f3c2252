import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Path } from '../sources/tree.ts';
import { findPairTrap, findValueTrap } from './traps.ts';

/** Where the key and the value of a setting begin in the text. */
interface Offsets {
  readonly key: number;
  readonly value: number;
}

/** What a document's nodes mean. */
export interface Reading {
  readonly tree: unknown;
  /** By `offsetKey` of the path. */
  readonly offsets: ReadonlyMap<string, Offsets>;
  readonly flaws: readonly {
    readonly offset: number;
    readonly path: Path;
    readonly message: string;
  }[];
}

/** A path as a key: names hold dots, so written for people two paths may look alike. */
export const offsetKey = (path: Path): string => JSON.stringify(path);

/** Levels that a document may nest; settings have seven. An alias within itself ends here too. */
const MAX_DEPTH = 32;

/** Values that a document may hold, those behind aliases counted each time: this disarms alias bombs. */
const MAX_VALUES = 200_000;

/** Whatever a reading collects on its way down. */
interface Walk {
  /** The nodes that aliases mean, as far as the document was read. The parser's own search is slow for many. */
  readonly anchors: Map<string, Node>;
  readonly offsets: Map<string, Offsets>;
  readonly flaws: { offset: number; path: Path; message: string }[];
  readonly lineOf: (offset: number) => number;
  readonly text: string;
  values: number;
}

/**
 * Turns a document without faults into plain objects. The parser's own conversion follows circular aliases, and lets a
 * later key replace an earlier one or tells only one of the two lines.
 */
export function readNodes(
  document: Document.Parsed,
  text: string,
  lineOf: Walk['lineOf'],
): Reading {
  const walk: Walk = { anchors: new Map(), offsets: new Map(), flaws: [], lineOf, text, values: 0 };
  const { contents } = document;
  const tree = contents === null ? undefined : readNode(contents, [], walk);
  return { tree, offsets: walk.offsets, flaws: walk.flaws };
}

function readNode(node: Node, path: Path, walk: Walk): unknown {
  if (path.length > MAX_DEPTH) return blame(walk, node, path.slice(0, 3), TOO_DEEP);
  walk.values++;
  if (walk.values > MAX_VALUES) return blame(walk, node, path.slice(0, 3), TOO_MANY);
  if (isAlias(node)) {
    const target = walk.anchors.get(node.source);
    if (target !== undefined) return readNode(target, path, walk);
    return blame(walk, node, path, NO_ANCHOR);
  }
  if (hasAnchor(node)) walk.anchors.set(node.anchor, node);
  if (isMap(node)) return readMap(node, path, walk);
  if (isSeq(node)) return readSeq(node, path, walk);
  return readScalar(node, path, walk);
}

function readScalar(node: Node, path: Path, walk: Walk): unknown {
  const [from, to] = node.range ?? [0, 0];
  const trap = findValueTrap(node, walk.text.slice(from, to));
  if (trap !== undefined) return blame(walk, node, path, trap);
  return isScalar(node) ? node.value : undefined;
}

/** The name stays untold: it may be a password that lacks its quotes. */
const NO_ANCHOR =
  'there is no anchor of that name before this alias, quote text that begins with *';
const NO_NAME = 'a name of a setting is a list or group, write text';
const NO_NAME_BUT_GROUP = `${NO_NAME}; what stands in {{ }} is not filled in here`;
const TOO_DEEP = `is nested deeper than ${MAX_DEPTH} levels, no setting is`;
const TOO_MANY = `holds more than ${MAX_VALUES} values once its aliases are followed`;

function blame(walk: Walk, node: unknown, path: Path, message: string): undefined {
  const offset = offsetOf(node) ?? 0;
  // What stands behind an anchor is met again at each alias.
  if (walk.flaws.some((flaw) => flaw.offset === offset && flaw.message === message)) return;
  // A document that is too deep or too large is so in many places; telling one is enough.
  const isGeneral = message === TOO_DEEP || message === TOO_MANY;
  if (isGeneral && walk.flaws.some((flaw) => flaw.message === message)) return;
  walk.flaws.push({ offset, path, message });
}

function readSeq(node: YAMLSeq, path: Path, walk: Walk): unknown[] {
  return node.items.map((item, i) => {
    const offset = offsetOf(item) ?? offsetOf(node) ?? 0;
    walk.offsets.set(offsetKey([...path, i]), { key: offset, value: offset });
    return isNode(item) && walk.values <= MAX_VALUES
      ? readNode(item, [...path, i], walk)
      : undefined;
  });
}

function readMap(node: YAMLMap, path: Path, walk: Walk): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [i, pair] of node.items.entries()) {
    const name = keyOf(pair, path, walk);
    if (name === undefined || walk.values > MAX_VALUES) continue;
    const trap = findPairTrap(pair, node.items[i - 1], node.flow === true);
    if (trap === undefined) readPair(pair, name, path, tree, walk);
    else blame(walk, pair.key, [...path, name], trap);
  }
  return tree;
}

function readPair(
  { key, value }: Pair,
  name: string,
  path: Path,
  tree: Record<string, unknown>,
  walk: Walk,
): void {
  const below = [...path, name];
  if (Object.hasOwn(tree, name)) {
    const first = walk.lineOf(walk.offsets.get(offsetKey(below))?.key ?? 0);
    blame(walk, key, below, `is set twice, first in line ${first}, keep one`);
    return;
  }
  const start = offsetOf(key) ?? 0;
  const isEmpty = isScalar(value) && value.value === null;
  const offset = isEmpty ? undefined : offsetOf(value);
  walk.offsets.set(offsetKey(below), { key: start, value: offset ?? start });
  tree[name] = isNode(value) ? readNode(value, below, walk) : null;
}

/** A pair's name; absent, and blamed, where it can be none. */
function keyOf({ key }: Pair, path: Path, walk: Walk): string | undefined {
  const scalar = isAlias(key) ? walk.anchors.get(key.source) : key;
  if (isNode(key) && hasAnchor(key)) walk.anchors.set(key.anchor, key);
  if (!isScalar(scalar)) return blame(walk, key, path, isMap(key) ? NO_NAME_BUT_GROUP : NO_NAME);
  const name = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
  // Assigned, this one would change the object's prototype instead.
  if (name === '__proto__') return blame(walk, key, [...path, name], 'is no name for a setting');
  return name;
}

const isNode = (value: unknown): value is Node =>
  isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);

const hasAnchor = (node: Node): node is Node & { readonly anchor: string } =>
  'anchor' in node && typeof node.anchor === 'string';

const offsetOf = (node: unknown): number | undefined =>
  isNode(node) ? node.range?.[0] : undefined;
