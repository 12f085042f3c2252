import { fieldBelow, fieldsOf, type Group, type Shape } from '../schema/shape.ts';
import { formatPath, getIn, isTree, type Path } from '../sources/tree.ts';
import { showValue } from './changes.ts';
import type { Mistake } from './issues.ts';
import { nearest } from './problem.ts';
import type { Proposal, Surroundings } from './proposals.ts';
import { readPair } from './structures.ts';

/** What may mend a name that is unknown where it stands, or is none: another name, another place, another value around it. */
export function* proposeNames(mistake: Mistake, around: Surroundings): Generator<Proposal> {
  const { path, group } = mistake;
  const key = path.at(-1);
  if (typeof key !== 'string') return;
  const value = getIn(around.tree, path);
  if (group !== undefined) yield* proposeHere(key, path, group, value, around);
  yield* proposeBelow(mistake, around);
  yield* proposeElsewhere(mistake, around);
  const near = group === undefined ? undefined : nearFree(key, path, group, around);
  if (near !== undefined) yield { ...rename(path, near, value), nameOnly: true };
}

/** The unset setting that resembles `key`. */
function nearFree(
  key: string,
  path: Path,
  group: Shape,
  { tree }: Surroundings,
): string | undefined {
  if (group.kind !== 'group' && group.kind !== 'choice') return undefined;
  const parent = getIn(tree, path.slice(0, -1));
  const names = Object.keys(fieldsOf(group, parent));
  return nearest(
    key,
    names.filter((name) => getIn(parent, [name]) === undefined),
  );
}

const rename = (path: Path, name: string, value: unknown): Proposal => ({
  changes: [{ path }, { path: [...path.slice(0, -1), name], value: value ?? null }],
  advice: `did you mean "${name}"?`,
});

function* proposeHere(
  key: string,
  path: Path,
  group: Shape,
  value: unknown,
  around: Surroundings,
): Generator<Proposal> {
  const above = path.slice(0, -1);
  if (group.kind === 'named') {
    for (const name of group.likely?.(key, { sample: group.key.example }) ?? [])
      if (typeof name === 'string' && name !== key && name !== '')
        yield { ...rename(path, name, value), advice: `write ${showValue(name, ANY) ?? name}` };
    return;
  }
  if (group.kind !== 'group' && group.kind !== 'choice') return;
  const near = nearFree(key, path, group, around);
  if (near !== undefined) yield rename(path, near, value);
  const parent = getIn(around.tree, above);
  const fields = fieldsOf(group, parent);
  const missing = Object.keys(fields).filter(
    (name) => fields[name]?.required === true && getIn(parent, [name]) === undefined,
  );
  if (missing.length === 1) yield* missing.map((name) => rename(path, name, value));
  const pair = value === null ? readPair(key, Object.keys(fields)) : undefined;
  if (pair !== undefined) {
    const shown = showValue(pair.value, fields[pair.name]?.shape);
    yield {
      changes: [{ path }, { path: [...above, pair.name], value: pair.value }],
      advice: `write ${pair.name}: ${shown ?? '…'}`,
    };
  }
  if (key.includes('.')) yield* proposeDotted(key, path, group, value);
  if (group.kind === 'group') yield* proposeAlone(above, group, parent);
}

const ANY: Shape = { kind: 'leaf', type: 'text' };

/** `log.level: debug` means a setting within another. */
function* proposeDotted(
  key: string,
  path: Path,
  group: Shape,
  value: unknown,
): Generator<Proposal> {
  const steps = key.split('.');
  let shape: Shape | undefined = group;
  for (const step of steps) shape = shape && fieldBelow(shape, step, undefined)?.shape;
  if (shape === undefined) return;
  const shown = showValue(value, shape) ?? '…';
  const [first = '', ...rest] = steps;
  yield {
    changes: [{ path }, { path: [...path.slice(0, -1), ...steps], value }],
    advice: `write ${first}: ${rest.reduceRight((text, step) => `{ ${step}: ${text} }`, shown)}`,
  };
}

/** Settings of one's own in place of the one that may stand alone: `{ host, port }` of an endpoint. */
function* proposeAlone(above: Path, group: Group, parent: unknown): Generator<Proposal> {
  const field = group.alone === undefined ? undefined : group.fields[group.alone];
  if (field?.shape.kind !== 'leaf') return;
  const sample = field.preset ?? field.example;
  for (const meant of field.shape.likely?.(parent, { sample }) ?? []) {
    const shown = showValue(meant, field.shape);
    const name = above.at(-1);
    const advice = typeof name === 'string' ? `write ${name}: ${shown}` : `write ${shown}`;
    if (shown !== undefined) yield { changes: [{ path: above, value: meant }], advice };
  }
}

/** A line that is not indented follows the group that it belongs to, which then is empty. */
export function* proposeBelow(
  { path }: Mistake,
  { tree, written }: Surroundings,
): Generator<Proposal> {
  const value = getIn(tree, path);
  const key = path.at(-1);
  const siblings = getIn(written, path.slice(0, -1));
  if (!isTree(siblings) || typeof key !== 'string') return;
  const names = Object.keys(siblings);
  const before = names.slice(0, names.indexOf(key)).toReversed();
  for (const name of before.filter((each) => siblings[each] === null))
    yield {
      changes: [{ path }, { path: [...path.slice(0, -1), name, key], value }],
      advice: `indent it below ${name}`,
    };
}

/** A setting of a group around it, or of one below the root. */
export function* proposeElsewhere(
  { path }: Mistake,
  { tree, root }: Surroundings,
): Generator<Proposal> {
  const key = path.at(-1);
  if (typeof key !== 'string') return;
  const value = getIn(tree, path);
  const places = [
    ...path.slice(1).map((_, i) => path.slice(0, path.length - 2 - i)),
    // From within a group, something of another is too far away to be meant.
    ...(path.length === 1 ? Object.keys(root.fields).map((name) => [name]) : []),
  ];
  for (const place of places) {
    const shape = shapeAt(place, root, tree);
    if (shape?.kind !== 'group' && shape?.kind !== 'choice') continue;
    const fields = fieldsOf(shape, getIn(tree, place));
    if (!Object.hasOwn(fields, key) || getIn(tree, [...place, key]) !== undefined) continue;
    yield {
      changes: [{ path }, { path: [...place, key], value }],
      advice:
        place.length === 0
          ? 'it belongs to the top level, do not indent it'
          : `it belongs below ${formatPath(place)}`,
    };
  }
}

/** The shape of what stands at `path`; absent where no setting does. */
export function shapeAt(path: Path, root: Shape, tree: unknown): Shape | undefined {
  let shape: Shape | undefined = root;
  let value = tree;
  for (const step of path) {
    shape = shape && fieldBelow(shape, step, value)?.shape;
    value = getIn(value, [step]);
  }
  return shape;
}
