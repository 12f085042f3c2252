import { fieldBelow, type Leaf, type Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { inline } from '../yaml/inline.ts';

/** One change of what was written: `value` at `path`, or nothing there any more where it is absent. */
export interface Change {
  readonly path: Path;
  readonly value?: unknown;
}

/** A copy of `tree` with all changes; one whose way does not exist is left out. */
export const applyChanges = (tree: unknown, changes: readonly Change[]): unknown =>
  changes.reduce((changed: unknown, { path, value }) => put(changed, path, value), tree);

function put(tree: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(tree)) {
    return typeof step === 'number'
      ? tree.map((item: unknown, i) => (i === step ? put(item, rest, value) : item))
      : tree;
  }
  const group = tree ?? {};
  if (!isTree(group)) return tree;
  const { [step]: former, ...others } = group;
  if (rest.length === 0 && value === undefined) return others;
  return { ...group, [step]: put(former, rest, value) };
}

/** Characters of a value that is proposed; a longer one is no advice. */
const MAX_SHOWN = 160;

/**
 * Writes a value as one would in the file, secrets and what nobody knows left out (`…`). Absent where it is too long, or can't
 * be told on one line.
 */
export function showValue(value: unknown, shape: Shape | undefined): string | undefined {
  const text = inline(redact(value, shape));
  return text.length > MAX_SHOWN || text.includes('\n') ? undefined : text;
}

function redact(value: unknown, shape: Shape | undefined): unknown {
  if (shape === undefined) return HIDDEN;
  if (shape.kind === 'leaf') return redactLeaf(value, shape);
  if (Array.isArray(value)) {
    const below = shape.kind === 'list' ? shape.item.shape : shape;
    return value.map((item) => redact(item, below));
  }
  if (!isTree(value)) return value;
  const around = shape.kind === 'list' ? shape.item.shape : shape;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      redact(item, fieldBelow(around, name, value)?.shape),
    ]),
  );
}

function redactLeaf(value: unknown, { place }: Leaf): unknown {
  if (place !== 'secret' && !isTree(value)) return value;
  const [name] = Object.keys(isTree(value) ? value : {});
  return name === 'file' || name === 'env' ? { [name]: getIn(value, [name]) } : HIDDEN;
}

const HIDDEN = '…';
