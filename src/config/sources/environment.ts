import { resolve } from 'node:path';
import { reasonOf } from '../../reason.ts';
import type { Problem } from '../mistakes/problem.ts';
import type { Group, Shape } from '../schema/shape.ts';
import { type Flaw, readDocument } from '../yaml/document.ts';
import { prepare } from './paths.ts';
import { type Environment, LOAD_MS, readValueFile } from './secret.ts';
import { formatPath, getIn, type Path, setIn } from './tree.ts';
import {
  findTarget,
  isServiceVariable,
  nearestVariable,
  PREFIX,
  type Target,
} from './variables.ts';

/** What gave a setting, where it was not the file. */
export interface Giver {
  readonly path: Path;
  readonly name: string;
}

/** What was read so far: the tree, and who gave which part of it. */
export interface Gathered {
  readonly tree: unknown;
  /** Later ones win over earlier ones of the same path. */
  readonly givers: readonly Giver[];
  readonly problems: readonly Problem[];
  /** Files whose content took part, absolute. */
  readonly watched: readonly string[];
}

/** One variable and the setting that it means. */
interface Variable extends Target {
  readonly name: string;
  readonly text: string;
  /** Whether `text` names a file that holds the value. */
  readonly isFile: boolean;
}

/** Lays the variables of `environment` over `tree`, wider ones first. Relative paths start at `directory`. */
export async function gatherEnvironment(
  environment: Environment,
  root: Group,
  tree: unknown,
  directory: string,
): Promise<Gathered> {
  let merged = tree;
  const seen = new Map<string, string>();
  const givers: Giver[] = [];
  const problems: Problem[] = [];
  const watched: string[] = [];
  for (const [name, text] of listSettings(environment, root)) {
    const variable = identify(name, text, root, merged);
    if ('message' in variable) {
      problems.push(variable);
      continue;
    }
    const path = formatPath(variable.path);
    const rival = seen.get(path);
    seen.set(path, name);
    if (rival !== undefined) {
      problems.push({ path, message: `${rival} and ${name} are both set, keep one` });
      continue;
    }
    if (variable.isFile) watched.push(resolve(directory, text));
    const { value, message } = await evaluate(variable, directory);
    givers.push({ path: variable.path, name });
    if (message !== undefined) problems.push({ path, source: name, message });
    else merged = setIn(withPreset(merged, variable.path, root), variable.path, value);
  }
  return { tree: merged, givers, problems, watched };
}

/** Whether `environment` sets anything of idpmap's own. */
export const isConfigured = (environment: Environment): boolean =>
  Object.entries(environment).some(([name, text]) => isSetting(name, text));

const isSetting = (name: string, text: string | undefined): boolean =>
  name.startsWith(PREFIX) &&
  text !== undefined &&
  name !== CONFIG_VARIABLE &&
  !isServiceVariable(name, text);

/** Names the configuration's file. */
export const CONFIG_VARIABLE = 'IDPMAP_CONFIG';

/**
 * The variables that mean settings, those of whole groups first, then in each level those that tell which settings there
 * are (`TYPE`), then by name, so that errors come in the same order each time.
 */
function listSettings(
  environment: Environment,
  root: Shape,
): readonly (readonly [string, string])[] {
  const first = new Set(discriminators(root));
  const rank = (name: string): number => {
    const segments = name.split('__');
    return segments.length * 2 - (first.has(segments.at(-1) ?? '') ? 1 : 0);
  };
  return Object.entries(environment)
    .flatMap(([name, text]) =>
      text !== undefined && isSetting(name, text) ? [[name, text] as const] : [],
    )
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function discriminators(shape: Shape): readonly string[] {
  switch (shape.kind) {
    case 'group':
      return Object.values(shape.fields).flatMap((field) => discriminators(field.shape));
    case 'choice':
      return [shape.by.toUpperCase()];
    case 'named':
      return discriminators(shape.value.shape);
    case 'list':
    case 'leaf':
      return [];
  }
}

function identify(name: string, text: string, root: Group, tree: unknown): Variable | Problem {
  const exact = findTarget(name, root, tree);
  const stem = name.endsWith('_FILE')
    ? findTarget(name.slice(0, -'_FILE'.length), root, tree)
    : undefined;
  // A table takes any name, also `abuse-file`; that of a file with the value is likelier.
  const isFile = isLeaf(stem) && (!isTarget(exact) || exact.isNew);
  const target = isFile ? stem : exact;
  if (isTarget(target)) return { ...target, name, text, isFile };
  if (typeof target === 'string') return { path: '', source: name, message: target };
  const near = nearestVariable(name, root, tree);
  const hint =
    near === undefined ? 'see docs/configuration.md for those there are' : `did you mean ${near}?`;
  return { path: '', source: name, message: `unknown variable, ${hint}` };
}

const isTarget = (found: Target | string | undefined): found is Target => typeof found === 'object';

const isLeaf = (found: Target | string | undefined): found is Target =>
  isTarget(found) && found.field.shape.kind === 'leaf';

/**
 * Names below a table of presets (`maps`) change one of them, not their whole; those below a group whose one setting
 * stands alone are laid beside it.
 */
function withPreset(tree: unknown, path: Path, root: Group): unknown {
  const [name] = path;
  const field = name === undefined ? undefined : root.fields[name];
  if (name === undefined || field === undefined || path.length < 2) return tree;
  const { shape, preset } = field;
  const given = getIn(tree, [name]);
  if (typeof given === 'string' && shape.kind === 'group' && shape.alone !== undefined)
    return setIn(setIn(tree, [name], {}), [name, shape.alone], given);
  return given === undefined && shape.kind === 'named' ? setIn(tree, [name], preset) : tree;
}

interface Evaluated {
  readonly value?: unknown;
  readonly message?: string;
}

async function evaluate(variable: Variable, directory: string): Promise<Evaluated> {
  const { field, name, text, isFile } = variable;
  const { shape } = field;
  if (shape.kind === 'leaf' && shape.place === 'secret') {
    return { value: isFile ? { file: resolve(directory, text) } : { env: name } };
  }
  try {
    return interpret(
      isFile ? await readValueFile(resolve(directory, text), LOAD_MS) : text,
      shape,
      directory,
    );
  } catch (error) {
    return { message: reasonOf(error) };
  }
}

/** Text of a variable as its setting means it: as it stands where text is meant, YAML for lists and groups. */
function interpret(text: string, shape: Shape, directory: string): Evaluated {
  if (shape.kind === 'leaf') {
    return { value: prepare(readScalar(text, shape.type), shape, directory) };
  }
  const isAlone = 'alone' in shape && shape.alone === true && !/^\s*(?:[[{]|- )/.test(text);
  if (isAlone) return { value: prepare(text, shape, directory) };
  const { tree, flaws } = readDocument(text);
  const [flaw] = flaws;
  if (flaw !== undefined) return { message: describeFlaw(flaw) };
  return { value: prepare(tree ?? {}, shape, directory) };
}

function describeFlaw({ position, path, message }: Flaw): string {
  const { line = 1, column = 1 } = position ?? {};
  const what = path.length === 0 ? '' : ` ${formatPath(path)}`;
  return `line ${line}, column ${column} of its YAML:${what} ${message}`;
}

function readScalar(text: string, type: string): unknown {
  if (type === 'whole number' && /^\d+$/.test(text)) return Number(text);
  if (type === 'true or false' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}
