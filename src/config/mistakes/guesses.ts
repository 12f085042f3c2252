import { likelyWords } from '../likely/words.ts';
import type { Choice, Field, Group, Leaf, Named, Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { wantedNames } from './choices.ts';
import { fillIn, gather, readPair } from './structures.ts';
import { isOn, isSwitch } from './switches.ts';

/** Values that may be meant by `value` at `path`, where `field` is; the likeliest first. The text of a secret is never one. */
export function guess(value: unknown, field: Field, path: Path, tree: unknown): readonly unknown[] {
  const { shape } = field;
  if (shape.kind === 'leaf') return guessLeaf(value, shape, field, path);
  const only = Array.isArray(value) && value.length === 1 ? [value[0]] : [];
  if (shape.kind === 'list') return [...only, [value], severalIn(value)];
  const gathered = gather(value);
  const whole = gathered === undefined ? only : [...only, gathered];
  switch (shape.kind) {
    case 'named':
      return [...whole, ...guessNamed(value, shape, field.preset, tree, String(path.at(-1)))];
    case 'choice':
      return [...whole, ...guessOption(value, shape)];
    case 'group':
      return [...whole, ...guessGroup(value, shape, path, field.preset)];
  }
}

/** A value where its group should be: it is one of the group's settings, though not a secret. */
export const settingsFor = (value: unknown, shape: Shape | undefined): readonly unknown[] =>
  shape?.kind !== 'group' || isTree(value) || isSwitch(value)
    ? []
    : Object.entries(shape.fields)
        .filter(([, field]) => !(field.shape.kind === 'leaf' && field.shape.place === 'secret'))
        .map(([name]) => ({ [name]: value }));

function guessLeaf(value: unknown, leaf: Leaf, field: Field, path: Path): readonly unknown[] {
  if (leaf.place === 'secret') return guessSecret(value);
  const items = severalIn(value);
  const those: readonly unknown[] = Array.isArray(value) ? value : items;
  // A port behind a comma is no item.
  const isList = items.length > 1 && !items.some((item) => /^\d+$/.test(item));
  return [
    ...(isList ? [items] : []),
    // A list or a group is no text: what is made of none is no guess.
    ...(leaf.likely?.(value, hintFor(field, path)) ?? []).filter(
      (each) => each !== '' || typeof value === 'string',
    ),
    ...likelyWords(value, leaf.values ?? []),
    ...quoted(value),
    ...guessWithin(value),
    ...(those.length === 1 ? those : [items]),
  ];
}

/** `{ name: people }` where `people` is meant. */
function guessWithin(value: unknown): readonly unknown[] {
  const [only, other] = isTree(value) ? Object.values(value) : [];
  return only === undefined || other !== undefined || isTree(only) ? [] : [only];
}

/** A number where text is meant. A word such as true is none: nobody calls a file so. */
const quoted = (value: unknown): readonly string[] =>
  typeof value === 'number' ? [String(value)] : [];

function hintFor({ preset, example }: Field, path: Path) {
  const domain = path[0] === 'domains' ? path[1] : undefined;
  const sample = preset === 'off' ? example : (preset ?? example);
  return { sample, ...(typeof domain === 'string' ? { domain } : {}) };
}

/** Its file, or its variable, by another name. */
function guessSecret(value: unknown): readonly unknown[] {
  const [[name, text] = ['', ''], other] = Object.entries(isTree(value) ? value : {});
  if (other !== undefined || typeof text !== 'string') return [];
  if (/^(?:path|file_?name|from_?file|secret_?file)$/i.test(name)) return [{ file: text }];
  return /^(?:variable|environment|env_?var|from_?env)$/i.test(name) ? [{ env: text }] : [];
}

/** Lists are written in brackets, not with commas or blanks as in main.cf. */
const severalIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? value.split(/[\s,;]+/).filter((item) => item !== '') : [];

/** Names alone: what is below them is what they are by default, or what is certain. */
function guessNamed(
  value: unknown,
  { value: { shape } }: Named,
  preset: unknown,
  tree: unknown,
  section: string,
): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const [wanted, another] = wantedNames(tree, section);
  const [thing, second] = items;
  if (isTree(thing) && second === undefined && wanted !== undefined && another === undefined)
    return [{ [wanted]: thing }];
  const names = items.flatMap(severalIn);
  if (names.length < items.length || names.length === 0) return [];
  return [
    Object.fromEntries(names.map((name) => [name, getIn(preset, [name]) ?? fillIn(shape, tree)])),
  ];
}

/** What tells the options apart stands alone. */
const guessOption = (value: unknown, { by, options }: Choice): readonly unknown[] =>
  likelyWords(value, Object.keys(options)).flatMap((option) => {
    const required = Object.entries(options[option]?.fields ?? {}).filter(
      ([, field]) => field.required,
    );
    const sample = required.map(([name, { example }]) => [name, example ?? '']);
    return [{ [by]: option }, { ...Object.fromEntries(sample), [by]: option }];
  });

function guessGroup(
  value: unknown,
  { fields, alone }: Group,
  path: Path,
  preset: unknown,
): readonly unknown[] {
  const pair = readPair(value, Object.keys(fields));
  const field = alone === undefined ? undefined : fields[alone];
  return [
    ...(pair === undefined ? [] : [{ [pair.name]: pair.value }]),
    ...guessFlag(value, fields),
    ...guessSample(value, fields, preset),
    ...(field?.shape.kind === 'leaf' && !isTree(value)
      ? guessLeaf(value, field.shape, field, path)
      : []),
  ];
}

/** `bind: anonymous` names what is to be true. */
const guessFlag = (value: unknown, fields: Group['fields']): readonly unknown[] => {
  const shape = typeof value === 'string' ? fields[value]?.shape : undefined;
  return shape?.kind === 'leaf' && shape.type === 'true or false'
    ? [{ [String(value)]: true }]
    : [];
};

/** What is turned on needs at least this: `tls: true`. */
function guessSample(value: unknown, fields: Group['fields'], preset: unknown): readonly unknown[] {
  // What is there without stays so; that TLS is spoken is said by an endpoint.
  if (!isOn(value) || preset !== undefined || fields['serverName'] !== undefined) return [];
  const required = Object.entries(fields).filter(([, field]) => field.required);
  const samples = required.map(([name, { example }]) => [name, example]);
  return samples.every(([, example]) => example !== undefined) ? [Object.fromEntries(samples)] : [];
}
