import { recordOf } from '../../record.ts';
import { textOf } from '../likely/text.ts';
import type { Shape } from '../schema/shape.ts';
import { getIn, isTree, type Tree } from '../sources/tree.ts';
import { readDocument } from '../yaml/document.ts';

/** Names of settings by which lists of things tell them apart elsewhere. */
const NAMING = ['name', 'domain', 'id', 'map'];

/** A list whose items are settings, or things with names, as settings under names; absent where it is neither. */
export function gather(value: unknown): Tree | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const all: Record<string, unknown> = {};
  const items: readonly unknown[] = value;
  for (const item of items) {
    if (!isTree(item)) return undefined;
    const naming = NAMING.find((name) => typeof item[name] === 'string');
    const named = naming === undefined ? item : nameItem(item, naming);
    for (const [name, own] of Object.entries(named)) {
      if (Object.hasOwn(all, name)) return undefined;
      all[name] = own;
    }
  }
  return all;
}

function nameItem(item: Tree, naming: string): Tree {
  const { [naming]: name, ...others } = item;
  return { [String(name)]: others };
}

/** The least that a group may hold: it refers to the one thing that there is. Empty where nothing is so certain. */
export function fillIn(shape: Shape, tree: unknown): Tree {
  if (shape.kind !== 'group') return {};
  for (const [name, { shape: below }] of Object.entries(shape.fields)) {
    const leaf = below.kind === 'list' ? below.item.shape : below;
    const section = leaf.kind === 'leaf' ? leaf.refers : undefined;
    const [only, other] =
      section === undefined ? [] : Object.keys(recordOf(getIn(tree, [section])));
    if (only !== undefined && other === undefined) return { [name]: only };
  }
  return {};
}

/** A name and its value that were run together: `directory:people`, `level=debug`, `level debug`. */
export interface Pair {
  readonly name: string;
  readonly value: unknown;
}

/** Takes apart what may be a name out of `known` and a value; absent where it is none. */
export function readPair(text: unknown, known: readonly string[]): Pair | undefined {
  const { name = '', rest = '' } =
    /^(?<name>\w+)(?:\s*[:=]\s*|\s+)(?<rest>\S.*)$/s.exec(textOf(text))?.groups ?? {};
  if (!known.includes(name)) return undefined;
  const { tree } = readDocument(`v: ${rest}`);
  const value = getIn(tree, ['v']);
  return value === undefined || value === null ? undefined : { name, value };
}
