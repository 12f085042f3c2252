import { foldDomain } from '../address/address.ts';
import type { Entry } from '../directory/directory.ts';
import { unknown } from '../lookup/outcome.ts';
import type { Source } from '../lookup/path.ts';
import type { DomainList } from './domainlist.ts';
import type { Domain, DomainSet, Targets } from './domains.ts';

/** A directory that lists domains, as the set reads it. */
export interface Lister {
  readonly list: Pick<DomainList, 'name' | 'names'>;
  readonly source: Source<Entry>;
}

/**
 * The configured domains, and those that directories list; what the configuration says of a domain goes first. `targets` are
 * those of every listed domain.
 */
export function createDomainSet(
  configured: ReadonlyMap<string, Domain>,
  listers: readonly Lister[],
  targets: Targets = NO_TARGETS,
): DomainSet {
  const listed = (name: string): Domain | undefined => {
    const sources = listers
      .filter(({ list }) => list.names()?.has(name))
      .map(({ source }) => source);
    return sources.length === 0 ? undefined : { name, sources, ...targets };
  };
  const get = (name: string): Domain | undefined => configured.get(name) ?? listed(name);
  const configuredAlike = byFoldedName(configured.keys());
  const alike = (name: string): Domain | undefined => {
    const other =
      configuredAlike.get(name) ??
      listers
        .map(({ list }) => listedAlike(list.names()).get(name))
        .find((one) => one !== undefined);
    return other === undefined ? undefined : get(other);
  };
  if (listers.length === 0) return { get, alike, doubt: () => undefined };
  return {
    get,
    alike,
    doubt: () => {
      const silent = listers.find(({ list }) => list.names() === undefined);
      return silent === undefined
        ? undefined
        : unknown('starting', silent.list.name, 'it has not listed its domains since the start');
    },
  };
}

/** The names that Postfix folds to others, by these. */
const byFoldedName = (names: Iterable<string>): ReadonlyMap<string, string> =>
  new Map(
    Iterator.from(names)
      .map((name) => [foldDomain(name), name] as const)
      .filter(([folded, name]) => folded !== name),
  );

/** The same of lists, each read once: a new list is another set. */
const READ = new WeakMap<ReadonlySet<string>, ReadonlyMap<string, string>>();

function listedAlike(names: ReadonlySet<string> = NO_NAMES): ReadonlyMap<string, string> {
  const read = READ.get(names) ?? byFoldedName(names);
  READ.set(names, read);
  return read;
}

const NO_NAMES: ReadonlySet<string> = new Set();

const NO_TARGETS: Targets = { roles: new Map() };
