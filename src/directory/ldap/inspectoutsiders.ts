import { AndFilter, type Filter, NotFilter, OrFilter } from 'ldapts';
import type { Remark } from '../directory.ts';
import { templateKey } from '../templates/template.ts';
import { type Branch, commonBase } from './people/branch.ts';
import { anyOf } from './people/sources.ts';
import type { LdapEntry } from './search.ts';
import { sample } from './trust/places.ts';
import type { Self } from './trust/self.ts';
import type { Connection } from './wire/connection.ts';

export interface OutsiderOptions {
  /** Below which everybody lies. */
  readonly base: string;
  readonly branches: readonly Branch[];
  readonly self: Pick<Self, 'is'>;
}

/** So many are looked at, and so many named. */
const MOST = 500;
const NAMED = 3;

/** Tells of entries that hold addresses and that no branch's filter finds: mail for them is refused. */
export async function remarkOutsiders(
  { base, branches, self }: OutsiderOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const filter = filterFor(branches);
  if (filter === undefined) return [];
  const sources = branches.flatMap(({ address, aliases }) => [...address, ...aliases]);
  const addressesOf = (entry: LdapEntry): readonly string[] =>
    sources.flatMap((source) => source.addressesOf(entry)).filter((text) => text.includes('@'));
  const { entries, isWhole } = await sample(
    {
      base: commonBase(base),
      scope: 'sub',
      filter,
      attributes: [...new Set(sources.map(({ attribute }) => attribute))],
      sizeLimit: MOST,
    },
    connection,
    signal,
  );
  const found = entries.filter((entry) => !self.is(entry.dn) && addressesOf(entry).length > 0);
  if (found.length === 0) return [];
  const named = found.slice(0, NAMED).map((entry) => `${addressesOf(entry)[0]} (${entry.dn})`);
  const settings = branches.map(({ kind }) => `${kind}s.filter`).join(' and ');
  return [
    {
      level: 'warning',
      text: `${isWhole ? '' : 'more than '}${counted(found.length)} an address that ${settings} leave out, so that it is refused: ${named.join(', ')}${found.length > NAMED ? ' …' : ''}; if they are to have mail, let a filter find them`,
    },
  ];
}

const counted = (count: number): string =>
  count === 1 ? 'one entry holds' : `${count} entries hold`;

/** Whoever has an attribute that holds addresses, and is in no branch; absent: a filter depends on the address. */
function filterFor(branches: readonly Branch[]): Filter | undefined {
  const own = branches.map(({ filter }) =>
    filter.hasPlaceholders ? undefined : filter.bind(templateKey('')),
  );
  const filters = own.flatMap((filter) =>
    filter === undefined ? [] : [new NotFilter({ filter })],
  );
  if (filters.length < branches.length) return undefined;
  const holding = branches.flatMap(({ address, aliases }) => anyOf([...address, ...aliases]));
  return new AndFilter({ filters: [new OrFilter({ filters: holding }), ...filters] });
}
