import { parseDomain } from '../../address/address.ts';
import { fold } from '../../address/fold.ts';
import { type DirectorySchema, type DirectorySchemas, sampleOf } from '../settings/directories.ts';
import { getIn, isTree, type Path, type Tree } from '../sources/tree.ts';
import { inline } from '../yaml/inline.ts';
import { type Mistake, mistake } from './mistake.ts';
import { checkPlaces } from './places.ts';
import { suggest } from './problem.ts';
import { checkAliases } from './twins.ts';

/**
 * Finds what no single setting shows: names that nobody has, domains that are aliases in a circle, a name that is
 * written in two ways. It reads the unchecked tree, so that these are told together with all other mistakes, and leaves
 * to the schema whatever is of the wrong type.
 */
export function checkRelations(tree: unknown, types: DirectorySchemas): readonly Mistake[] {
  const domains = groupsOf(getIn(tree, ['domains']));
  const directories = groupsOf(getIn(tree, ['directories']));
  const written = getIn(tree, ['domains']);
  return [
    // What stands there and is no group is told as such.
    ...(written !== undefined && !isTree(written)
      ? []
      : checkPresence(domains, directories, groupsOf(getIn(tree, ['maps'])), types)),
    ...checkSpellings(domains, getIn(tree, ['listedDomains', 'roles'])),
    // What stands there in place of directories is told, and not that there are none.
    ...(Array.isArray(getIn(tree, ['directories']))
      ? []
      : checkDirectories(tree, domains, directories, types)),
    ...checkAliases(domains),
    ...checkMirrors(directories),
    ...checkPlaces(tree),
  ];
}

type Groups = ReadonlyMap<string, Tree>;

const groupsOf = (value: unknown): Groups =>
  new Map(
    Object.entries(isTree(value) ? value : {}).map(([name, group]) => [
      name,
      isTree(group) ? group : {},
    ]),
  );

function checkPresence(
  domains: Groups,
  directories: Groups,
  maps: Groups,
  types: DirectorySchemas,
): readonly Mistake[] {
  const asksTablesOnly = maps.size > 0 && [...maps.values()].every(({ kind }) => kind === 'table');
  const lists = [...directories.values()].some((directory) => listsDomains(directory, types));
  if (domains.size > 0 || lists || asksTablesOnly) return [];
  const lister = types.find((type) => type.lists !== undefined)?.lists;
  const hint = lister === undefined ? '' : ` or give a directory ${lister}: true`;
  const [only = 'NAME', other] = directories.keys();
  const name = other === undefined ? only : 'NAME';
  const message = `no domain is configured, so no mail could be answered for, write domains: { example.org: { directory: ${name} } }${hint}`;
  return [mistake(['domains'], message, 'key')];
}

/** A directory of an unknown type may be meant as one that lists domains: its type is told, and nothing more. */
function listsDomains(directory: Tree, types: DirectorySchemas): boolean {
  const type = typeOf(directory, types);
  return (type === undefined ? types : [type]).some(({ lists }) => {
    const value = lists === undefined ? undefined : directory[lists];
    // A statement is written as text.
    return value === true || isTree(value) || typeof value === 'string';
  });
}

const typeOf = (directory: Tree, types: DirectorySchemas): DirectorySchema | undefined =>
  types.find(({ type }) => type === directory['type']);

function checkSpellings(domains: Groups, listedRoles: unknown): readonly Mistake[] {
  return [
    ...checkRoles(['listedDomains', 'roles'], listedRoles),
    ...checkNames(['domains'], [...domains.keys()], parseDomain),
    ...[...domains].flatMap(([name, { roles }]) => checkRoles(['domains', name, 'roles'], roles)),
  ];
}

const checkRoles = (path: Path, roles: unknown): readonly Mistake[] =>
  checkNames(path, Object.keys(isTree(roles) ? roles : {}), fold);

function checkNames(
  path: Path,
  names: readonly string[],
  normalise: (name: string) => string | undefined,
): readonly Mistake[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const normal = normalise(name);
    if (normal === undefined) return [];
    const first = seen.get(normal);
    if (first === undefined) seen.set(normal, name);
    return first === undefined
      ? []
      : [mistake([...path, name], `is "${first}" in another spelling, keep one`, 'key')];
  });
}

function checkDirectories(
  tree: unknown,
  domains: Groups,
  directories: Groups,
  types: DirectorySchemas,
): readonly Mistake[] {
  const known = [...directories.keys()];
  const maps = [...groupsOf(getIn(tree, ['maps']))].filter(([, { kind }]) => kind === 'table');
  return [
    ...[...domains].flatMap(([name, { directory, shadow }]) => [
      ...checkNamed(['domains', name, 'directory'], directory, known, types),
      ...checkShadow(['domains', name, 'shadow'], shadow, directory, known, types),
    ]),
    ...maps.flatMap(([name, { directory, table }]) => [
      ...checkNamed(['maps', name, 'directory'], directory, known, types),
      ...tablesOf(['maps', name, 'table'], table).flatMap((each) => [
        ...checkNamed([...each.path, 'directory'], each.own, known, types),
        ...checkTable(each.namedAt, each.table, each.own ?? directory, directories, types),
      ]),
    ]),
  ];
}

interface WrittenTable {
  readonly path: Path;
  /** Where its name stands. */
  readonly namedAt: Path;
  readonly table: unknown;
  /** The directory that it names; absent: the map's. */
  readonly own: unknown;
}

/** The tables of a map as they are written: one or a list, each a name or a group with a directory of its own. */
function tablesOf(path: Path, written: unknown): readonly WrittenTable[] {
  const items: readonly (readonly [Path, unknown])[] = Array.isArray(written)
    ? written.map((item: unknown, i) => [[...path, i], item] as const)
    : [[path, written]];
  return items.map(([at, item]) =>
    isTree(item)
      ? { path: at, namedAt: [...at, 'table'], table: item['table'], own: item['directory'] }
      : { path: at, namedAt: at, table: item, own: undefined },
  );
}

/** Some directories have their tables in their content; those that are configured can be told to be missing. */
function checkTable(
  path: Path,
  table: unknown,
  name: unknown,
  directories: Groups,
  types: DirectorySchemas,
): readonly Mistake[] {
  const directory = typeof name === 'string' ? directories.get(name) : undefined;
  const type = directory && typeOf(directory, types);
  if (type === undefined || type.tables === 'content') return [];
  if (type.tables === 'none')
    return [mistake(path, `a directory of type ${type.type} has no tables`)];
  const { setting } = type.tables;
  const known = [...groupsOf(directory?.[setting]).keys()];
  return checkListed(path, table, known, `directories.${String(name)}.${setting}`);
}

function checkListed(
  path: Path,
  table: unknown,
  known: readonly string[],
  where: string,
): readonly Mistake[] {
  if (typeof table !== 'string' || known.includes(table)) return [];
  const hint = known.length === 0 ? `, configure it under ${where}` : suggest(table, known);
  return [mistake(path, `there is no table "${table}" in ${where}${hint}`)];
}

/** A second directory beside the domain's own, which it is compared with. */
function checkShadow(
  path: Path,
  shadow: unknown,
  directory: unknown,
  known: readonly string[],
  types: DirectorySchemas,
): readonly Mistake[] {
  if (typeof shadow !== 'string') return [];
  const own: readonly unknown[] = Array.isArray(directory) ? directory : [directory];
  if (own.includes(shadow)) {
    const message = `"${shadow}" answers for the domain itself, name another directory to compare it with, or leave shadow out`;
    return [mistake(path, message)];
  }
  if (directory === undefined || own.length === 0) {
    const message =
      'there is no directory here to compare it with, write it at the domain that aliasOf names';
    return [mistake(path, message, 'key')];
  }
  return checkNamed(path, shadow, known, types);
}

function checkNamed(
  path: Path,
  named: unknown,
  known: readonly string[],
  types: DirectorySchemas,
): readonly Mistake[] {
  if (Array.isArray(named)) {
    return named.flatMap((name: unknown, i) => [
      ...checkNamed([...path, i], name, known, types),
      ...(named.indexOf(name) < i
        ? [mistake([...path, i], `"${String(name)}" is listed twice, keep one`)]
        : []),
    ]);
  }
  if (typeof named !== 'string' || known.includes(named)) return [];
  const hint = known.length === 0 ? howToConfigure(named, types) : suggest(named, known);
  const several = named.split(/[\s,;]+/).filter((name) => name !== '');
  const told = mistake(path, `there is no directory "${named}"${hint}`);
  return [several.length > 1 ? { ...told, likely: [several] } : told];
}

const howToConfigure = (name: string, types: DirectorySchemas): string => {
  const [sample] = Object.values(sampleOf(types));
  return `, configure it under directories: ${inline({ [name]: sample })}`;
};

/** A mirror's file is one directory's: two that write it would each take the other's people for gone. */
function checkMirrors(directories: Groups): readonly Mistake[] {
  const owners = new Map<unknown, string>();
  return [...directories].flatMap(([name, { mirror: copy }]) => {
    const path = isTree(copy) ? copy['path'] : undefined;
    if (typeof path !== 'string') return [];
    const owner = owners.get(path);
    owners.set(path, owner ?? name);
    if (owner === undefined) return [];
    const message = `${path} is the file of the mirror of ${owner}, give each directory a file of its own`;
    return [mistake(['directories', name, 'mirror', 'path'], message)];
  });
}
