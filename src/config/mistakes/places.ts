import { type Endpoint, formatEndpoint, parseEndpoint } from '../../net/endpoint.ts';
import { formatPath, getIn, isTree, type Path } from '../sources/tree.ts';
import { type Mistake, mistake } from './mistake.ts';

/** Finds endpoints and files that two settings claim: the second could not listen there, or each would write over the other. */
export const checkPlaces = (tree: unknown): readonly Mistake[] => [
  ...checkHttp(tree),
  ...checkFiles(tree),
];

interface Written {
  readonly path: Path;
  readonly endpoint: Endpoint;
}

const itemsOf = (value: unknown, path: Path): readonly (readonly [Path, unknown])[] =>
  Array.isArray(value)
    ? value.map((item: unknown, i) => [[...path, i], item] as const)
    : [[path, value]];

/** What can be read of an endpoint, or of a group that has one. */
function readWritten(path: Path, value: unknown): readonly Written[] {
  const text = isTree(value) ? value['endpoint'] : value;
  if (typeof text !== 'string') return [];
  try {
    return [{ path: isTree(value) ? [...path, 'endpoint'] : path, endpoint: parseEndpoint(text) }];
  } catch {
    // It is off, or told as what it is.
    return [];
  }
}

function checkHttp(tree: unknown): readonly Mistake[] {
  const listeners = itemsOf(getIn(tree, ['listen']), ['listen']).flatMap(([path, item]) =>
    readWritten(path, item),
  );
  return readWritten(['http'], getIn(tree, ['http'])).flatMap(({ path, endpoint }) => {
    const other = listeners.find((each) => isSame(each.endpoint, endpoint));
    if (other === undefined) return [];
    const mend = endpoint.kind === 'tcp' ? 'another port' : 'a socket of its own';
    const text = `${formatEndpoint(endpoint)} is where ${formatPath(other.path)} is, give it ${mend}`;
    return [mistake(path, text)];
  });
}

const ANY = ['0.0.0.0', '::'];

function isSame(one: Endpoint, other: Endpoint): boolean {
  if (one.kind === 'unix' || other.kind === 'unix')
    return one.kind === 'unix' && other.kind === 'unix' && one.path === other.path;
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || [one.host, other.host].some((host) => ANY.includes(host));
}

/** Files that idpmap writes, and those that it reads. */
function checkFiles(tree: unknown): readonly Mistake[] {
  const directories = getIn(tree, ['directories']);
  const names = Object.keys(isTree(directories) ? directories : {});
  const read = names.map((name): Path => ['directories', name, 'path']);
  const written: readonly Path[] = [
    ['control'],
    ['state'],
    ['cache', 'file'],
    ...names.map((name): Path => ['directories', name, 'mirror', 'path']),
  ];
  const owners = new Map<string, Path>();
  for (const path of read) {
    const file = getIn(tree, path);
    if (typeof file === 'string') owners.set(file, path);
  }
  return written.flatMap((path) => {
    const file = getIn(tree, path);
    if (typeof file !== 'string' || file === 'off') return [];
    const owner = owners.get(file);
    owners.set(file, owner ?? path);
    // Two mirrors of one file are told as such.
    if (owner === undefined || (path.at(-2) === 'mirror' && owner.at(-2) === 'mirror')) return [];
    return [mistake(path, `${file} is the file of ${formatPath(owner)}, give it one of its own`)];
  });
}
