import { dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import { lookAtFile, readRegularFile } from '../files.ts';
import { codeOf } from '../reason.ts';
import { describeIssues } from './mistakes/issues.ts';
import { type ConfigFile, locate } from './mistakes/locate.ts';
import { findMisfits } from './mistakes/misfits.ts';
import { ConfigError, formatProblem, type Problem } from './mistakes/problem.ts';
import { checkRelations } from './mistakes/relations.ts';
import { addRemedies } from './mistakes/remedies.ts';
import { findUnfilled, withoutUnfilled } from './mistakes/unfilled.ts';
import { findShortToken, findWarnings } from './mistakes/warnings.ts';
import type { Group } from './schema/shape.ts';
import type { Configured, Schema } from './schema.ts';
import { type DirectorySchemas, sampleOf } from './settings/directories.ts';
import {
  CONFIG_VARIABLE,
  type Gathered,
  gatherEnvironment,
  isConfigured,
} from './sources/environment.ts';
import { gatherLegacy } from './sources/legacy.ts';
import { prepare } from './sources/paths.ts';
import { type Environment, explainUnreadable, LOAD_MS } from './sources/secret.ts';
import { bindSecrets, checkSecrets, filesOf, literalsOf } from './sources/secrets.ts';
import { formatPath, getIn, isTree, overlay, type Path, type Tree } from './sources/tree.ts';
import { type Flaw, readDocument } from './yaml/document.ts';

/** Where the configuration is looked for when nobody names a file. */
export const DEFAULT_FILE = '/etc/idpmap/idpmap.yaml';

/** The sources of a configuration. */
export interface LoadOptions {
  /** Named on the command line; it must exist. Absent: `IDPMAP_CONFIG`, else the default file where there is one. */
  readonly file?: string;
  readonly environment: Environment;
  /** Settings of the command line, as the file would write them. They win over everything. */
  readonly overrides?: Tree;
  /** Settings in place of a file, as it would write them: none is looked for. The environment wins over them. */
  readonly instead?: Tree;
  /** Absent: `DEFAULT_FILE`. */
  readonly defaultFile?: string;
}

/** A configuration that can be used. */
export interface LoadedConfig<Settings = Configured> {
  readonly settings: Settings;
  /** The file that was read, absolute; absent where the environment was enough. */
  readonly file?: string;
  /** The files whose content took part, absolute: the configuration's own and those of secrets. */
  readonly watched: readonly string[];
  /** What works but should be looked at, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration: command line over environment over file over defaults.
 * @throws {ConfigError} with everything that is wrong; nothing else
 */
export async function loadConfig<Settings extends Configured>(
  schema: Schema<Settings>,
  options: LoadOptions,
): Promise<LoadedConfig<Settings>> {
  const file = await readConfigFile(options, schema.types);
  const few = onlyUsed(schema, file?.document.tree ?? options.instead, options.environment);
  if (few !== undefined) {
    const loaded = await loadBy(few, file, options).catch((error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
    });
    if (loaded !== undefined) return loaded;
  }
  // What is wrong is told by the whole, which knows all names.
  return loadBy(schema, file, options);
}

const TYPE_VARIABLE = /^IDPMAP_DIRECTORIES__\w+__TYPE$/;

/** The schema of those types alone that are used: all take a tenth of a start to make. Absent: it is not plain which these are. */
function onlyUsed<Settings extends Configured>(
  schema: Schema<Settings>,
  tree: unknown,
  environment: Environment,
): Schema<Settings> | undefined {
  const { directories } = isTree(tree) ? tree : {};
  const all = isTree(directories) ? Object.values(directories) : [];
  const types = [
    ...all.map((each) => getIn(each, ['type'])),
    ...Object.entries(environment).map(([name, value]) => TYPE_VARIABLE.test(name) && value),
  ];
  return schema.only(new Set(types.filter((type) => typeof type === 'string')));
}

async function loadBy<Settings extends Configured>(
  { schema, root, types }: Schema<Settings>,
  file: ConfigFile | undefined,
  options: LoadOptions,
): Promise<LoadedConfig<Settings>> {
  const given = await gather(file, options, root);
  const examine = async (settings: unknown) => {
    const { tree, secrets } = bindSecrets(settings ?? {}, root, options.environment);
    const parsed = schema.safeParse(tree);
    const mistakes = parsed.success
      ? await findMisfits(parsed.data, types, tree, root)
      : describeIssues(parsed.error.issues, tree, root);
    const all = [...mistakes, ...checkRelations(settings, types)];
    const found = withoutUnfilled(all, findUnfilled(settings, root));
    return { parsed, secrets, found };
  };
  const { parsed, secrets, found } = await examine(given.tree);
  const around = { tree: given.tree ?? {}, written: file?.document.tree ?? given.tree, root };
  const remedied = await addRemedies(found, around, async (tree) => (await examine(tree)).found);
  const mistakes = [...remedied, ...(await checkSecrets(secrets))];
  // A value that could not even be read is missing now; that it is missing is no news.
  const blamed = new Set(given.problems.map(({ path }) => path).filter((path) => path !== ''));
  const news = mistakes.filter(({ path }) => !blamed.has(formatPath(path)));
  const problems = [...given.problems, ...news.map((each) => locate(each, file, given.givers))];
  if (!parsed.success || problems.length > 0) {
    const { control } = isTree(given.tree) ? given.tree : {};
    const named = typeof control === 'string' ? control : undefined;
    throw new ConfigError('invalid', problems.toSorted(byPosition), '', named);
  }
  const settings: Settings = parsed.data;
  const warnings = [
    ...findWarnings(settings, literalsOf(secrets), given.tree),
    ...(await findShortToken(settings)),
  ];
  const watched = [
    ...(file === undefined ? [] : [file.name]),
    ...given.watched,
    ...filesOf(secrets),
  ];
  return {
    settings,
    ...(file === undefined ? {} : { file: file.name }),
    watched: [...new Set(watched)],
    warnings: warnings.map((warning) => formatProblem(locate(warning, file, given.givers))),
  };
}

async function readConfigFile(
  options: LoadOptions,
  types: DirectorySchemas,
): Promise<ConfigFile | undefined> {
  const name = await chooseFile(options, types);
  if (name === undefined) return undefined;
  const bytes = await readRegularFile(name, LOAD_MS).catch(async (error: unknown) => {
    const message = await explainUnreadable(name, error);
    throw new ConfigError('invalid', [{ path: '', message }]);
  });
  const document = readDocument(bytes.toString('utf8'));
  const { tree = {}, flaws } = document;
  const shapeless: Flaw = {
    position: { line: 1, column: 1 },
    path: [],
    message: 'holds no settings, write them as name: value',
  };
  const found = flaws.length === 0 && !isTree(tree) ? [shapeless] : flaws;
  if (found.length === 0) return { name, document };
  const problems = found.map(({ position, path, message }) => ({
    path: formatPath(path),
    message,
    file: name,
    ...position,
  }));
  throw new ConfigError('invalid', problems.toSorted(byPosition));
}

async function chooseFile(
  options: LoadOptions,
  types: DirectorySchemas,
): Promise<string | undefined> {
  const { environment, overrides, instead, defaultFile = DEFAULT_FILE } = options;
  if (instead !== undefined) return undefined;
  // An empty IDPMAP_CONFIG names nothing.
  const named = options.file ?? (environment[CONFIG_VARIABLE] || undefined);
  if (named !== undefined) return resolve(named);
  const exists = await lookAtFile(defaultFile, LOAD_MS).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
  if (exists) return resolve(defaultFile);
  if (overrides !== undefined || isConfigured(environment)) return undefined;
  const message = `there is no ${defaultFile} and no variable IDPMAP_…, so nothing is configured`;
  throw new ConfigError('absent', [{ path: '', message }], howToStart(defaultFile, types));
}

const howToStart = (file: string, types: DirectorySchemas): string => `
write ${file}, for example:

  domains:
    example.org: { directory: people }
${stringify({ directories: sampleOf(types) }).replaceAll(/^(?=.)/gm, '  ')}
or try the demo: idpmap serve --demo`;

/** Lays the sources over each other, each with its relative paths resolved where they were written. */
async function gather(
  file: ConfigFile | undefined,
  { environment, overrides = {}, instead }: LoadOptions,
  root: Group,
): Promise<Gathered> {
  const here = process.cwd();
  const base = file === undefined ? here : dirname(file.name);
  const written = prepare(file === undefined ? instead : file.document.tree, root, base);
  const given = await gatherEnvironment(environment, root, written, here);
  const overlaid = overlay(given.tree ?? {}, prepare(overrides, root, here));
  const legacy = gatherLegacy(environment, overlaid);
  const commandLine = [...leavesOf(overrides, [])].map((path) => ({
    path,
    name: 'the command line',
  }));
  return {
    tree: legacy.tree,
    givers: [...legacy.givers, ...given.givers, ...commandLine],
    problems: [...given.problems, ...legacy.problems],
    watched: given.watched,
  };
}

function* leavesOf(tree: unknown, path: Path): Generator<Path> {
  if (!isTree(tree)) yield path;
  else for (const [name, below] of Object.entries(tree)) yield* leavesOf(below, [...path, name]);
}

const byPosition = (a: Problem, b: Problem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
