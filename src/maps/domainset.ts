import type { Entry } from '../directory/directory.ts';
import { unknown } from '../lookup/outcome.ts';
import type { Source } from '../lookup/path.ts';
import type { DomainList } from './domainlist.ts';
import type { Domain, DomainSet } from './domains.ts';

/** A directory that lists domains, as the set reads it. */
export interface Lister {
  readonly list: Pick<DomainList, 'name' | 'names'>;
  readonly source: Source<Entry>;
}

/** The configured domains, and those that directories list; what the configuration says of a domain goes first. */
export function createDomainSet(
  configured: ReadonlyMap<string, Domain>,
  listers: readonly Lister[],
): DomainSet {
  const listed = (name: string): Domain | undefined => {
    const sources = listers
      .filter(({ list }) => list.names()?.has(name))
      .map(({ source }) => source);
    return sources.length === 0 ? undefined : { name, sources, roles: new Map() };
  };
  if (listers.length === 0) return { get: (name) => configured.get(name), doubt: () => undefined };
  return {
    get: (name) => configured.get(name) ?? listed(name),
    doubt: () => {
      const silent = listers.find(({ list }) => list.names() === undefined);
      return silent === undefined
        ? undefined
        : unknown('starting', silent.list.name, 'it has not listed its domains since the start');
    },
  };
}
