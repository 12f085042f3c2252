import type { Field, Named, Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { wantedNames } from './choices.ts';
import { fillIn, severalIn } from './structures.ts';
import { isSwitch } from './switches.ts';

/** Values that may be meant by one, where a field is: `guess` of guesses.ts, which asks this. */
type Guess = (value: unknown, field: Field, path: Path, tree: unknown) => readonly unknown[];

/** Where settings under names of one's own are guessed. */
interface Place {
  readonly field: Field;
  readonly shape: Named;
  readonly path: Path;
  readonly tree: unknown;
}

/** What a file's name ends in, whose content a type of directory reads. */
export const FILE = /^[^\s:]+\.(?:ya?ml|json)$/i;

/** Settings under names that may be meant by `value`; `whole` are those that it holds as they stand. */
export function guessNamed(
  value: unknown,
  whole: readonly unknown[],
  place: Place,
  guess: Guess,
): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const below = whole.flatMap((each) => guessBelow(each, place, guess));
  const [thing, second] = items;
  if (isTree(thing) && second === undefined) return [...whole, ...below, ...nameOne(thing, place)];
  const names = items.flatMap(severalIn);
  if (names.length < items.length || names.length === 0) return [...whole, ...below];
  const [only, other] = names;
  const lone = only === undefined || other !== undefined ? [] : guessLone(only, place, guess);
  const { field, shape, tree } = place;
  const sample = sampleOf(shape.value, tree);
  const named = names.map((name) => [name, getIn(field.preset, [name]) ?? sample] as const);
  return [...whole, ...below, ...lone, Object.fromEntries(named)];
}

/** One thing without its name, where one is missed. */
function nameOne(thing: unknown, { path, tree }: Place): readonly unknown[] {
  const [wanted, another] = wantedNames(tree, String(path.at(-1)));
  return wanted === undefined || another !== undefined ? [] : [{ [wanted]: thing }];
}

/** What is below a name is what it is by default, or what is certain. */
const sampleOf = ({ shape, example }: Field, tree: unknown): unknown =>
  shape.kind === 'leaf' && example !== undefined ? example : fillIn(shape, tree);

/** A value where its name should be, too: an address, a file, or what others are called. */
function guessLone(
  only: string,
  { shape: { key, value }, path, tree }: Place,
  guess: Guess,
): readonly unknown[] {
  const [wanted = key.example] = wantedNames(tree, String(path.at(-1)));
  if (value.shape.kind === 'leaf') return [{ [wanted]: only }];
  if (FILE.test(only))
    return guess(only, value, [...path, wanted], tree).map((each) => ({ [wanted]: each }));
  const sample = fillIn(value.shape, tree);
  return Object.values(sample).includes(only) ? [{ [wanted]: sample }] : [];
}

/** Of more values than these for one name, none is likely. */
const MAX_GUESSES = 6;

/** Names that stand there as they should, with values that do not. */
function guessBelow(
  value: unknown,
  { shape: { value: field }, path, tree }: Place,
  guess: Guess,
): readonly unknown[] {
  if (!isTree(value)) return [];
  const guesses = Object.entries(value).map(([name, each]) => {
    const meant = (): readonly unknown[] => [
      ...guess(each, field, [...path, name], tree),
      ...settingsFor(each, field.shape),
    ];
    return [name, isTree(each) ? [each] : meant()] as const;
  });
  const most = Math.min(MAX_GUESSES, ...guesses.map(([, all]) => all.length));
  return Array.from({ length: most }, (_, i) =>
    Object.fromEntries(guesses.map(([name, all]) => [name, all[i]])),
  );
}

/** A value where its group should be: it is one of the group's settings, though not a secret. */
export const settingsFor = (value: unknown, shape: Shape | undefined): readonly unknown[] =>
  shape?.kind !== 'group' || isTree(value) || isSwitch(value)
    ? []
    : Object.entries(shape.fields)
        .filter(([, field]) => !(field.shape.kind === 'leaf' && field.shape.place === 'secret'))
        .map(([name]) => ({ [name]: value }));
