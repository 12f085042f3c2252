import { fieldsOf, type Group } from '../schema/shape.ts';
import { formatPath, getIn, isTree, type Path } from '../sources/tree.ts';
import type { Mistake } from './mistake.ts';
import type { Proposal, Surroundings } from './proposal.ts';
import { shapeAt } from './switches.ts';

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
  const value = getIn(tree, path);
  if (typeof key !== 'string') return;
  for (const place of [...around(path), ...sectionsFor(path, root, tree)]) {
    if (!isFreeAt(place, key, tree, root)) continue;
    const advice =
      place.length === 0
        ? 'it belongs to the top level, do not indent it'
        : `it belongs below ${formatPath(place)}`;
    const isOneOf = path.length === 1 ? { isOneOf: true as const } : {};
    yield { changes: [{ path }, { path: [...place, key], value }], advice, ...isOneOf };
  }
  if (path.length === 1) yield* proposeThing(key, value, root);
}

/** Whether a group has such a setting, and does not hold it. */
function isFreeAt(place: Path, key: string, tree: unknown, root: Group): boolean {
  const shape = shapeAt(place, root, tree);
  if (shape?.kind !== 'group' && shape?.kind !== 'choice') return false;
  const isFree = getIn(tree, [...place, key]) === undefined;
  // A group that is not there, and needs more, is not meant.
  const isAbsent = place.length > 0 && getIn(tree, place) === undefined;
  if (isAbsent && Object.values(fieldsOf(shape, undefined)).some(({ required }) => required))
    return false;
  return isFree && Object.hasOwn(fieldsOf(shape, getIn(tree, place)), key);
}

/** `ldap: { … }` at the top level is a thing of this type. */
function* proposeThing(key: string, value: unknown, { fields }: Group): Generator<Proposal> {
  for (const [section, { shape }] of Object.entries(fields)) {
    const choice = shape.kind === 'named' ? shape.value.shape : undefined;
    if (choice?.kind !== 'choice' || !isTree(value) || !Object.hasOwn(choice.options, key))
      continue;
    // It is a setting itself.
    if (Object.hasOwn(fields, key)) continue;
    yield {
      changes: [{ path: [key] }, { path: [section, key], value: { [choice.by]: key, ...value } }],
      advice: `write ${section}: { ${key}: { ${choice.by}: ${key}, … } }`,
    };
  }
}

/** The groups around a setting's own, the nearest first. */
const around = (path: Path): readonly Path[] =>
  path.slice(1).map((_, i) => path.slice(0, path.length - 2 - i));

/** From within a group, something of another is too far away to be meant. */
function sectionsFor(path: Path, { fields }: Group, tree: unknown): readonly Path[] {
  if (path.length !== 1) return [];
  return Object.entries(fields).flatMap(([section, { shape }]): readonly Path[] => {
    if (shape.kind !== 'named') return [[section]];
    const things = getIn(tree, [section]);
    const names = Object.keys(isTree(things) ? things : {});
    return names.slice(0, MAX_THINGS).map((name) => [section, name]);
  });
}

/** Of more than these none can be meant. */
const MAX_THINGS = 5;
