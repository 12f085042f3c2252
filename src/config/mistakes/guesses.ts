import { textOf } from '../likely/text.ts';
import { likelyWords } from '../likely/words.ts';
import type { Choice, Field, Group, Leaf } from '../schema/shape.ts';
import { isTree, type Path } from '../sources/tree.ts';
import { FILE, guessNamed } from './naming.ts';
import { gather, readPair, severalIn } from './structures.ts';
import { isOff, isOn, isSwitch } from './switches.ts';

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
      return guessNamed(value, whole, { field, shape, path, tree }, guess);
    case 'choice':
      return [...whole, ...guessOption(value, shape)];
    case 'group':
      return [...whole, ...guessGroup(value, shape, path, field.preset)];
  }
}

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

/** What tells the options apart stands alone; or a file, which is all that one of them needs. */
const guessOption = (value: unknown, { by, options }: Choice): readonly unknown[] =>
  FILE.test(textOf(value)) && options['file'] !== undefined
    ? [{ [by]: 'file', path: value }]
    : likelyWords(value, Object.keys(options)).flatMap((option) => {
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
    ...guessFile(value, fields),
    ...guessFirst(value, fields, path),
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

/** A group's file stands alone: that of the authorities, where it is about TLS. */
const guessFile = (value: unknown, fields: Group['fields']): readonly unknown[] =>
  typeof value === 'string' && fields['ca'] !== undefined && /^[./]|\.(?:pem|crt|cer)$/i.test(value)
    ? [{ ca: value }]
    : [];

/** A quantity, or one of its words, stands alone: the first setting that takes it is the chief one. Also what is not wanted at all. */
function guessFirst(value: unknown, fields: Group['fields'], path: Path): readonly unknown[] {
  if (isOff(value) && fields['anonymous'] !== undefined) return [{ anonymous: true }];
  if (isSwitch(value)) return [];
  const isQuantity = /^\d/.test(textOf(value));
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.shape.kind !== 'leaf') return [];
    const meant = typeof value === 'string' ? likelyWords(value, field.shape.values ?? []) : [];
    const quantities = isQuantity && field.shape.values === undefined && isMeasure(field.shape);
    const all = quantities ? [value, ...guessLeaf(value, field.shape, field, path)] : meant;
    return all.map((each) => ({ [name]: each }));
  });
}

const isMeasure = ({ type }: Leaf): boolean =>
  /^(?:duration|percentage|size|whole number)/.test(type);

/** What is turned on needs at least this: `tls: true`. */
function guessSample(value: unknown, fields: Group['fields'], preset: unknown): readonly unknown[] {
  // What is there without stays so; that TLS is spoken is said by an endpoint.
  if (!isOn(value) || preset !== undefined || fields['serverName'] !== undefined) return [];
  const required = Object.entries(fields).filter(([, field]) => field.required);
  const samples = required.map(([name, { example }]) => [name, example]);
  return samples.every(([, example]) => example !== undefined) ? [Object.fromEntries(samples)] : [];
}
