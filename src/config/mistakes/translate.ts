import { foldName, placesOf } from '../likely/elsewhere.ts';
import { textOf } from '../likely/text.ts';
import {
  type Choice,
  type Field,
  fieldBelow,
  fieldsOf,
  type Group,
  type Shape,
} from '../schema/shape.ts';
import { getIn, isTree, type Path, type Tree } from '../sources/tree.ts';
import { type Change, showValue } from './changes.ts';
import { guess } from './guesses.ts';
import type { Proposal } from './proposal.ts';

/** One setting by another program's name: what it is here. */
interface Translated {
  readonly key: string;
  readonly steps: readonly string[];
  readonly field: Field;
  readonly value: unknown;
}

/**
 * What a name means that other programs give to a setting: by itself, or, where several stand together as in a table of Postfix's or an
 * adapter's file, all of them at once, for one may count only with another.
 */
export function* proposeTranslated(path: Path, group: Shape, tree: unknown): Generator<Proposal> {
  const above = path.slice(0, -1);
  const parent = getIn(tree, above);
  if (!isGroup(group) || !isTree(parent)) return;
  const known = fieldsOf(group, parent);
  const { host, port } = findPlace(parent);
  // A host's port is a part of it here, and mended with it.
  const key = path.at(-1) === port && host !== undefined ? host : path.at(-1);
  const strange = Object.keys(parent).filter((name) => !Object.hasOwn(known, name));
  const read = (name: string): readonly Translated[] =>
    translate(name, group, parent, name === host ? port : undefined);
  yield* proposePort(above, parent, port, tree);
  const all =
    strange.length > MAX_TOGETHER ? [] : strange.flatMap((name) => read(name).slice(0, 1));
  if (all.length > 1 && all.some((each) => each.key === key))
    yield* proposeTogether(all, above, parent, tree);
  for (const own of read(String(key)))
    for (const value of valuesOf(own, above, tree)) yield write(above, parent, [{ ...own, value }]);
}

const isGroup = (shape: Shape): shape is Group | Choice =>
  shape.kind === 'group' || shape.kind === 'choice';

/** All of them as they are written, and then with their servers as we write them. */
function* proposeTogether(
  all: readonly Translated[],
  above: Path,
  parent: Tree,
  tree: unknown,
): Generator<Proposal> {
  yield write(above, parent, all);
  const meant = all.map((each) => {
    const isMended = isMeasured(each.field.shape);
    const value = isMended ? valuesOf(each, above, tree)[1] : undefined;
    return value === undefined ? each : { ...each, value };
  });
  yield write(above, parent, meant);
}

/** Whether others write its values otherwise, wherever they stand: of a text, that is not known. */
const isMeasured = (shape: Shape): boolean =>
  /^(?:URL|endpoint|host$|duration|percentage|size|whole number|true or false|word)/.test(
    typeOf(shape),
  );

function typeOf(shape: Shape): string {
  if (shape.kind === 'list') return typeOf(shape.item.shape);
  return shape.kind === 'leaf' ? shape.type : '';
}

/** A host's port is a part of it here. */
const PORT = /^(?:server)?port$/;
const HOST = /^(?:server)?(?:host|address)(?:name)?$/;

/** A port beside the setting that its host is written in. */
function* proposePort(
  above: Path,
  parent: Tree,
  port: string | undefined,
  tree: unknown,
): Generator<Proposal> {
  for (const name of ['hosts', 'urls', 'url']) {
    const host = getIn(tree, [...above, name]);
    if (port === undefined || typeof host !== 'string') continue;
    const value = `${host.replace(/\/+$/, '')}:${textOf(parent[port])}`;
    yield {
      changes: [{ path: [...above, port] }, { path: [...above, name], value }],
      advice: `write ${name}: ${value}`,
    };
  }
}

const findPlace = (parent: Tree) => {
  const names = Object.keys(parent).slice(0, MAX_TOGETHER);
  return {
    host: names.find((name) => HOST.test(foldName(name))),
    port: names.find((name) => PORT.test(foldName(name))),
  };
};

/** Names that are looked at together; who has more of them did not mean them so. */
const MAX_TOGETHER = 30;

/** Whatever stands for a setting that this group has, and does not hold yet. */
function translate(
  key: string,
  group: Shape,
  parent: Tree,
  port: string | undefined,
): readonly Translated[] {
  const written = parent[key];
  const value =
    port !== undefined && typeof written === 'string'
      ? `${written}:${textOf(parent[port])}`
      : unwrap(written);
  const names = [{ name: key, value }, ...asSource(key, value)];
  return names.flatMap((meant) =>
    [[meant.name], ...(variableSteps(key) ?? []), ...placesOf(meant.name)].flatMap((steps) => {
      const found = fieldAt(steps, group, parent);
      if (found === undefined || getIn(parent, found.steps) !== undefined) return [];
      // What names a file is a secret's file, or a path itself.
      const isSecret = found.field.shape.kind === 'leaf' && found.field.shape.place === 'secret';
      if (meant.name !== key && !isSecret) return [];
      return [{ key, ...found, value: meant.value }];
    }),
  );
}

/** A variable's name that stands in the file: `IDPMAP_LOG__LEVEL`. */
const variableSteps = (key: string): readonly (readonly string[])[] | undefined =>
  /^idpmap_\w+$/i.test(key) ? [key.slice('idpmap_'.length).split('__')] : undefined;

/** `credentials: { secret: … }` is one value. */
const unwrap = (value: unknown): unknown => {
  const [only, other] = isTree(value) ? Object.entries(value) : [];
  return only?.[0] === 'secret' && other === undefined ? only[1] : value;
};

/** `tokenFile`, `password_file` and `PASSWORD_ENV` say where a secret is. */
function asSource(key: string, value: unknown): readonly { name: string; value: unknown }[] {
  const { name, kind } =
    /^(?<name>\w+?)_?(?:from_?)?(?<kind>file|path|env)$/i.exec(key)?.groups ?? {};
  if (name === undefined || kind === undefined || typeof value !== 'string') return [];
  return [{ name, value: /env/i.test(kind) ? { env: value } : { file: value } }];
}

function fieldAt(steps: readonly string[], group: Shape, parent: Tree) {
  let shape: Shape | undefined = group;
  let value: unknown = parent;
  let field: Field | undefined;
  const real: string[] = [];
  for (const step of steps) {
    const name = nameIn(shape, value, step);
    field = shape === undefined || name === undefined ? undefined : fieldBelow(shape, name, value);
    if (field === undefined || name === undefined) return undefined;
    real.push(name);
    shape = field.shape;
    value = getIn(value, [name]);
  }
  return field === undefined ? undefined : { steps: real, field };
}

/** A group's name for a step, whatever its case. */
function nameIn(shape: Shape | undefined, value: unknown, step: string): string | undefined {
  if (shape?.kind === 'named') return step;
  if (shape?.kind !== 'group' && shape?.kind !== 'choice') return undefined;
  return Object.keys(fieldsOf(shape, value)).find((each) => foldName(each) === foldName(step));
}

function valuesOf({ value, field, steps }: Translated, above: Path, tree: unknown) {
  const path = [...above, ...steps];
  const items = field.shape.kind === 'list' ? guess(value, field.shape.item, path, tree) : [];
  const guessed = [...items, ...guess(value, field, path, tree)];
  return [value, ...guessed.filter((each) => each !== value)];
}

function write(above: Path, parent: Tree, all: readonly Translated[]): Proposal {
  const taken = all.some(({ key }) => HOST.test(foldName(key)));
  const ports = Object.keys(parent).filter((name) => taken && PORT.test(foldName(name)));
  const removed = [...all.map(({ key }) => key), ...ports];
  // `bind: yes` of Postfix's says that one logs in.
  const cleared = all.flatMap(({ steps: [first = '', ...rest] }): readonly Change[] =>
    rest.length > 0 && parent[first] !== undefined && !isTree(parent[first])
      ? [{ path: [...above, first], value: {} }]
      : [],
  );
  return {
    changes: [
      ...removed.map((key) => ({ path: [...above, key] })),
      ...cleared,
      ...all.map(({ steps, value }) => ({ path: [...above, ...steps], value })),
    ],
    advice: adviceFor(parent, all),
  };
}

function adviceFor(parent: Tree, all: readonly Translated[]): string {
  const [only, other] = all;
  const isSame = only?.steps.length === 1 && only.value === parent[only.key];
  if (other === undefined && isSame) return `did you mean "${only.steps.join('.')}"?`;
  const told = all.map(({ key, steps, value, field }) => {
    const isAsWritten = value === parent[key];
    const shown = isAsWritten ? undefined : showValue(value, field.shape);
    const [first = '', ...rest] = steps;
    if (other !== undefined) {
      const name = steps.join('.');
      return shown === undefined ? `${name} for ${key}` : `${name}: ${shown} for ${key}`;
    }
    const text = showValue(value, field.shape) ?? '…';
    return `${first}: ${rest.reduceRight((below, step) => `{ ${step}: ${below} }`, text)}`;
  });
  return `write ${told.join(', ')}`;
}
