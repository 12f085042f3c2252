import { likelyWords } from '../likely/words.ts';
import type { Field, Group, Named, Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { type Change, showValue } from './changes.ts';
import type { Mistake } from './issues.ts';
import { proposeBelow, proposeElsewhere, proposeNames, shapeAt } from './names.ts';
import { fillIn, gather, readPair } from './structures.ts';

/** Something that may mend a mistake; whether it does is for `remedies.ts` to find out. */
export interface Proposal {
  readonly changes: readonly Change[];
  /** What the administrator is told to do: `write 200ms`. */
  readonly advice: string;
  /** The name is right whatever becomes of its value: that is a mistake of its own. */
  readonly nameOnly?: true;
  /** It is one of several of the kind: where another would do as well, none is meant. */
  readonly isOneOf?: true;
}

/** What a proposal is made of. */
export interface Surroundings {
  /** All settings, as they were given, unchecked. */
  readonly tree: unknown;
  /** The file's own, in which groups that were left empty are still there. */
  readonly written: unknown;
  readonly root: Group;
}

/** Of names that others refer to, it is known that they are no secrets. */
const ANY: Shape = { kind: 'leaf', type: 'text' };

/** What may mend `mistake`, the likeliest first. */
export function* propose(mistake: Mistake, around: Surroundings): Generator<Proposal> {
  if (mistake.part === 'key') yield* proposeNames(mistake, around);
  else yield* proposeValues(mistake, around);
}

function* proposeValues(mistake: Mistake, around: Surroundings): Generator<Proposal> {
  const { path, field, likely = [] } = mistake;
  const value = getIn(around.tree, path);
  if (value === undefined || value === null) return;
  yield* proposeBelow(mistake, around);
  for (const meant of [
    ...likely,
    ...(field === undefined ? [] : guess(value, field, mistake, around)),
  ]) {
    const shown = meant === value ? undefined : showValue(meant, field?.shape ?? ANY);
    if (shown !== undefined) yield { changes: [{ path, value: meant }], advice: `write ${shown}` };
  }
  // A setting that stands where a name of one's own would: it belongs elsewhere.
  for (const meant of fieldsFor(value, field?.shape)) {
    const shown = showValue(meant, field?.shape);
    if (shown !== undefined)
      yield { changes: [{ path, value: meant }], advice: `write ${shown}`, isOneOf: true };
  }
  if (shapeAt(path.slice(0, -1), around.root, around.tree)?.kind === 'named')
    yield* proposeElsewhere(mistake, around);
}

/** A value where its group should be: it is one of the group's settings. */
const fieldsFor = (value: unknown, shape: Shape | undefined): readonly unknown[] =>
  shape?.kind !== 'group' || isTree(value)
    ? []
    : Object.entries(shape.fields)
        .filter(([, field]) => !(field.shape.kind === 'leaf' && field.shape.place === 'secret'))
        .map(([name]) => ({ [name]: value }));

function* guess(
  value: unknown,
  field: Field,
  { path }: Mistake,
  around: Surroundings,
): Generator {
  const { shape } = field;
  if (shape.kind === 'leaf') {
    yield* guessLeaf(value, field, path);
    return;
  }
  if (Array.isArray(value) && value.length === 1) yield value[0];
  if (shape.kind === 'list') {
    yield [value];
    yield severalIn(value);
    return;
  }
  const gathered = gather(value);
  if (gathered !== undefined) yield gathered;
  if (shape.kind === 'named') yield* guessNamed(value, shape, field, around);
  else yield* guessGroup(value, shape, path);
}

function* guessLeaf(
  value: unknown,
  { shape, preset, example }: Field,
  path: Path,
): Generator {
  if (shape.kind !== 'leaf') return;
  if (shape.place === 'secret') {
    yield* guessSecret(value);
    return;
  }
  const items = severalIn(value);
  if (items.length > 1 && !items.some((item) => /^\d+$/.test(item))) yield items;
  const domain = path[0] === 'domains' && typeof path[1] === 'string' ? path[1] : undefined;
  const sample = preset === 'off' ? example : (preset ?? example);
  yield* shape.likely?.(value, { sample, ...(domain === undefined ? {} : { domain }) }) ?? [];
  if (shape.values !== undefined) yield* likelyWords(value, shape.values);
  if (typeof value === 'number' || typeof value === 'boolean') yield String(value);
  if (Array.isArray(value) && value.length === 1) yield value[0];
  if (items.length > 0) yield items.length === 1 ? items[0] : items;
}

/** Its file by another name. The text of a secret is never proposed. */
function* guessSecret(value: unknown): Generator {
  const [[name, text] = ['', ''], other] = Object.entries(isTree(value) ? value : {});
  if (other !== undefined || typeof text !== 'string') return;
  if (/^(?:path|file_?name|from_?file|secret_?file|file)$/i.test(name)) yield { file: text };
  if (/^(?:variable|environment|env_?var|from_?env|env)$/i.test(name)) yield { env: text };
}

/** Lists are written in brackets, not with commas or blanks as in main.cf. */
const severalIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? value.split(/[\s,;]+/).filter((item) => item !== '') : [];

function* guessNamed(
  value: unknown,
  shape: Named,
  { preset }: Field,
  around: Surroundings,
): Generator {
  const items = Array.isArray(value) ? value : [value];
  const names = items.flatMap((item: unknown) =>
    typeof item === 'string' ? item.split(/[\s,;]+/) : [],
  );
  if (names.length < items.length || names.length === 0) return;
  const filled = names.map((name) => [
    name,
    getIn(preset, [name]) ?? fillIn(shape.value.shape, around.tree),
  ]);
  yield Object.fromEntries(filled);
}

function* guessGroup(
  value: unknown,
  shape: Exclude<Shape, { kind: 'leaf' | 'list' | 'named' }>,
  path: Path,
): Generator {
  if (shape.kind === 'choice') {
    for (const [option, { fields }] of Object.entries(shape.options)) {
      const words = likelyWords(value, [option]);
      if (words.length === 0) continue;
      yield { [shape.by]: option };
      const required = Object.entries(fields).filter(([, { required: isRequired }]) => isRequired);
      const sample = required.map(([name, { example }]) => [name, example ?? '']);
      yield { ...Object.fromEntries(sample), [shape.by]: option };
    }
    return;
  }
  const pair = readPair(value, Object.keys(shape.fields));
  if (pair !== undefined) yield { [pair.name]: pair.value };
  if (isTree(value)) return;
  const { alone } = shape;
  if (alone !== undefined) {
    const field = shape.fields[alone];
    if (field !== undefined) yield* guessLeaf(value, field, path);
  }
}
