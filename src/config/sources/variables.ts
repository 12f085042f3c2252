import { nearest } from '../mistakes/problem.ts';
import { type Field, fieldsOf, type Group, type Named, type Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from './tree.ts';

/** What every variable of idpmap's begins with. */
export const PREFIX = 'IDPMAP_';

/** The setting that a variable means. */
export interface Target {
  readonly path: Path;
  readonly field: Field;
  /** Whether the last name is made up from the variable, and nobody knew it before. */
  readonly isNew: boolean;
}

/** Writes the variable of a setting: `directories.staff.clientSecret` is `IDPMAP_DIRECTORIES__STAFF__CLIENT_SECRET`. */
export const variableOf = (path: Path): string => PREFIX + path.map(snake).join('__');

const snake = (step: string | number): string =>
  String(step)
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .replaceAll(/[-.]/g, '_')
    .toUpperCase();

/**
 * Finds the setting that a variable means. Names that administrators choose are matched with those in `tree`, whatever
 * their case and punctuation; a new one is lower case with hyphens.
 * @returns absent where there is no such setting, a text where there is doubt
 */
export function findTarget(
  variable: string,
  root: Group,
  tree: unknown,
): Target | string | undefined {
  let path: Path = [];
  let field: Field = { shape: root, required: true };
  let isNew = false;
  for (const segment of variable.slice(PREFIX.length).split('__')) {
    const step = stepInto(segment, field.shape, getIn(tree, path), path);
    if (step === undefined || typeof step === 'string') return step;
    path = [...path, step.name];
    ({ field, isNew } = step);
  }
  return { path, field, isNew };
}

interface Step {
  readonly name: string;
  readonly field: Field;
  readonly isNew: boolean;
}

function stepInto(
  segment: string,
  shape: Shape,
  value: unknown,
  path: Path,
): Step | string | undefined {
  if (shape.kind === 'named') return stepIntoNamed(segment, shape, value, path);
  if (shape.kind === 'list' || shape.kind === 'leaf') return undefined;
  const fields = Object.entries(fieldsOf(shape, value));
  const found = fields.find(([name]) => snake(name) === segment);
  return found && { name: found[0], field: found[1], isNew: false };
}

function stepIntoNamed(
  segment: string,
  { key, value: field }: Named,
  value: unknown,
  path: Path,
): Step | string | undefined {
  const names = isTree(value) ? Object.keys(value) : [];
  const wanted = fold(segment);
  const [name, other] = names.filter((candidate) => fold(candidate) === wanted);
  if (other !== undefined) return `means ${name} or ${other}, ${asWhole(path)}`;
  if (name !== undefined) return { name, field, isNew: false };
  if (segment === '') return undefined;
  if (key.dotted === true && segment.includes('_')) {
    return `a variable's name can't hold the dots of a new ${key.name.toLowerCase()}, ${asWhole(path)}`;
  }
  return { name: segment.toLowerCase().replaceAll('_', '-'), field, isNew: true };
}

const asWhole = (path: Path): string => `write all of them as YAML: ${variableOf(path)}='{ … }'`;

const fold = (name: string): string => name.toLowerCase().replaceAll(/[-.]/g, '_');

/** The variable that resembles one that nobody knows: but for a slip or two, or the number of its `_`. */
export function nearestVariable(variable: string, root: Group, tree: unknown): string | undefined {
  const known = [...listVariables(root, [], tree)];
  const near = nearest(
    variable.slice(PREFIX.length),
    known.map((name) => name.slice(PREFIX.length)),
  );
  return near === undefined ? undefined : PREFIX + near;
}

/** All variables that there are, below names that `tree` holds. */
function* listVariables(shape: Shape, path: Path, tree: unknown): Generator<string> {
  if (path.length > 0) yield variableOf(path);
  if (shape.kind === 'list' || shape.kind === 'leaf') {
    if (shape.kind === 'leaf') yield `${variableOf(path)}_FILE`;
    return;
  }
  const value = getIn(tree, path);
  if (shape.kind === 'named') {
    for (const name of isTree(value) ? Object.keys(value) : []) {
      yield* listVariables(shape.value.shape, [...path, name], tree);
    }
    return;
  }
  for (const [name, field] of Object.entries(fieldsOf(shape, value))) {
    yield* listVariables(field.shape, [...path, name], tree);
  }
}

/** Kubernetes hands every container the address of every Service, such as one that is called idpmap. */
const SERVICE =
  /^IDPMAP(?:_[A-Z0-9]+)*_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

/** Whether a variable is one that Kubernetes injects for a Service called `idpmap`, or `idpmap-` and more. */
export const isServiceVariable = (name: string, value: string): boolean =>
  SERVICE.test(name) || (/^IDPMAP(?:_[A-Z0-9]+)*_PORT$/.test(name) && isServiceUrl(value));

/** Whether a value is what Kubernetes writes into NAME_PORT. */
export const isServiceUrl = (value: string): boolean => /^(?:tcp|udp|sctp):\/\//.test(value);
