import type { z } from 'zod';
import { placesOf } from '../likely/elsewhere.ts';
import { likelyWords } from '../likely/words.ts';
import {
  type Choice,
  type Field,
  fieldBelow,
  fieldsOf,
  type Leaf,
  type Shape,
} from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import type { Mistake } from './mistake.ts';
import { list, nearest, suggest } from './problem.ts';

/** Puts what zod found in `tree` into an administrator's words. Values of secrets never appear. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  tree: unknown,
  root: Shape,
): readonly Mistake[] {
  return issues.flatMap((issue): readonly Mistake[] => {
    const steps = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const { path, field, group } = follow(steps, tree, root);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: describeUnknown(key, field.shape, getIn(tree, path)),
        part: 'key' as const,
        group: field.shape,
      }));
    }
    const message = describe(issue, { field, group, name: path.at(-1), value: getIn(tree, path) });
    return issue.code === 'invalid_key'
      ? [{ path, message, part: 'key', group }]
      : [{ path, message, part: 'value', field, ...likelyChoices(path, group, tree) }];
  });
}

/** What tells options apart is known from all of them. */
function likelyChoices(path: Path, group: Shape, tree: unknown): Pick<Mistake, 'likely'> {
  if (group.kind !== 'choice' || path.at(-1) !== group.by) return {};
  return { likely: likelyWords(getIn(tree, path), Object.keys(group.options)) };
}

/** Where zod's path leads: it counts items and names settings that stand alone, which the tree does not have. */
function follow(steps: Path, tree: unknown, root: Shape) {
  const path: (string | number)[] = [];
  let field: Field = { shape: root, required: true };
  let group: Shape = root;
  let value = tree;
  for (const step of steps) {
    // A list that is missing is told as the list.
    if (typeof step === 'number' && value === undefined) break;
    group = field.shape;
    field = fieldBelow(group, step, value) ?? NOWHERE;
    if (!isTree(value) && !Array.isArray(value)) continue;
    if (typeof step === 'number' && !Array.isArray(value)) continue;
    path.push(step);
    value = getIn(value, [step]);
  }
  return { path, field, group };
}

/** What a setting that no schema knows is taken for. */
const NOWHERE: Field = { shape: { kind: 'leaf', type: 'text' }, required: false };

/** Whatever a message may need to know. */
interface Circumstances {
  readonly field: Field;
  /** What the setting is a part of. */
  readonly group: Shape;
  readonly name: string | number | undefined;
  readonly value: unknown;
}

function describe(issue: z.core.$ZodIssue, about: Circumstances): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'is no name here';
  if (about.value === undefined || MISFITS.has(issue.code)) return describeMisfit(about);
  if (about.value === '') return 'is empty, write something or leave it out';
  if (issue.code === 'too_small') return `${show(about)} is too small, least is ${issue.minimum}`;
  if (issue.code === 'too_big') return `${show(about)} is too large, most is ${issue.maximum}`;
  return isSecret(about.field) ? describeSecret(about.value, issue.message) : issue.message;
}

const isSecret = ({ shape }: Field): boolean => shape.kind === 'leaf' && shape.place === 'secret';

function describeSecret(value: unknown, message: string): string {
  if (typeof value === 'number' || typeof value === 'boolean')
    return `is read as a ${typeof value === 'number' ? 'number' : 'truth value'}, write it in quotes, or keep it in a file: { file: PATH }`;
  const isBoth = isTree(value) && 'file' in value && 'env' in value;
  return isBoth ? 'names a file and a variable, keep one of them' : message;
}

/** Faults of which the setting's shape tells more than zod does. All others bring their own words. */
const MISFITS: ReadonlySet<string> = new Set(['invalid_type', 'invalid_union', 'invalid_value']);

function describeMisfit(about: Circumstances): string {
  const { field, group, name, value } = about;
  if (group.kind === 'choice' && name === group.by) return describeChoice(about, group);
  if (value === undefined) return `is missing, write ${name}: ${sample(field)}`;
  if (value === null) return 'is empty, give it a value or remove it';
  return (
    (field.shape.kind === 'leaf' ? describeScalar(value, field.shape) : undefined) ??
    `expected ${expectation(field.shape)}, found ${show(about)}`
  );
}

function describeScalar(value: unknown, { type, values, refers }: Leaf): string | undefined {
  if (refers !== undefined && isTree(value) && 'type' in value)
    return `its settings belong below ${refers}, under a name that is written here`;
  if (typeof value === 'string' && values !== undefined) {
    return `unknown value ${JSON.stringify(value)}${suggest(value, values)}`;
  }
  const units = UNITS[type];
  return typeof value === 'number' && units !== undefined
    ? `${value} has no unit${units}`
    : undefined;
}

/** What may stand behind a number. */
const UNITS: Readonly<Record<string, string>> = {
  duration: ' (units: ms, s, m, h, d)',
  'duration or `off`': ' (units: ms, s, m, h, d)',
  size: ' (units: B, KiB, MiB, GiB)',
  percentage: ' (0% to 100%)',
};

function describeChoice(about: Circumstances, { by, options }: Choice): string {
  const known = Object.keys(options);
  if (about.value === undefined) return `is missing, known ${by}s are ${known.join(', ')}`;
  if (typeof about.value === 'string') {
    return `unknown ${by} ${JSON.stringify(about.value)}${suggest(about.value, known)}`;
  }
  return `expected one of ${known.join(', ')}, found ${show(about)}`;
}

function describeUnknown(key: string, shape: Shape, value: unknown): string {
  if (shape.kind !== 'group' && shape.kind !== 'choice') return 'unknown key';
  if (shape.kind === 'choice') {
    const users = Object.entries(shape.options).filter(([, { fields }]) =>
      Object.hasOwn(fields, key),
    );
    const others = users.map(([name]) => name).join(', ');
    const own = String(getIn(value, [shape.by]));
    if (others !== '') return `applies to ${shape.by} ${others} only, this is ${shape.by} ${own}`;
  }
  const known = Object.keys(fieldsOf(shape, value));
  // What stands there already was not meant.
  const free = known.filter((name) => getIn(value, [name]) === undefined);
  const near = placesOf(key).length > 0 ? undefined : nearest(key, free);
  if (near !== undefined) return `unknown key, did you mean "${near}"?`;
  const taken = nearest(key, known);
  if (taken !== undefined && !free.includes(taken))
    return `unknown key, "${taken}" is set already, keep one of them`;
  return `unknown key${list(known)}`;
}

function expectation(shape: Shape): string {
  switch (shape.kind) {
    case 'group':
    case 'choice':
      return 'settings (name: value)';
    case 'named':
      return `settings under names (${shape.key.example}: …)`;
    case 'list':
      return `a list of ${expectation(shape.item.shape)}`;
    case 'leaf':
      if (shape.values !== undefined) return `one of ${shape.values.join(', ')}`;
      return EXPECTATIONS[shape.type] ?? `text (${shape.type})`;
  }
}

const EXPECTATIONS: Readonly<Record<string, string>> = {
  text: 'text',
  duration: 'a duration such as 60s',
  'duration or `off`': 'a duration such as 60s, or off',
  size: 'a size such as 16KiB',
  percentage: 'a percentage such as 50%',
  'whole number': 'a whole number',
  'true or false': 'true or false',
  path: "a file's name",
  endpoint: 'an endpoint such as tcp://HOST:PORT or unix:/path',
  'endpoint or `off`': 'an endpoint such as tcp://HOST:PORT or unix:/path, or off',
  secret: '{ file: PATH }, { env: NAME } or text',
  address: "one address such as ann@example.org, a group's where several are meant",
};

/** Something that could be written for a setting that is missing. */
const sample = ({ example, shape }: Field): string =>
  example ?? (shape.kind === 'leaf' ? (EXPECTATIONS[shape.type] ?? shape.type) : '…');

/** Shows a value in a message; of lists and groups only what they are. Faults of secrets have words of their own. */
function show({ value }: Circumstances): string {
  if (Array.isArray(value)) return 'a list';
  if (isTree(value)) return 'settings under names';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Characters of a value that are shown. */
const MAX_SHOWN = 60;
