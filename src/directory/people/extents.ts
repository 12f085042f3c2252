import type { Entry } from '../directory.ts';

/** What an edit may lose: the kinds of things that somebody would miss. */
export const KINDS = ['accounts', 'groups', 'members', 'aliases', 'domains', 'rows'] as const;

export type Kind = (typeof KINDS)[number];

/** All things of one kind in one content. */
export interface Extent {
  /** Each once. */
  items(): Iterable<string>;
  /** Whether it is there. An address is where somebody enabled has it, whoever it is. */
  has(item: string): boolean;
}

/** What things of each kind there are. */
export type Extents = Readonly<Record<Kind, Extent>>;

/** Whoever holds an address as their own or as an alias. */
export type Index = ReadonlyMap<string, readonly Entry[]>;

/** Makes something of each kind. */
export const eachKind = <T>(make: (kind: Kind) => T): Readonly<Record<Kind, T>> => ({
  accounts: make('accounts'),
  groups: make('groups'),
  members: make('members'),
  aliases: make('aliases'),
  domains: make('domains'),
  rows: make('rows'),
});

/** Shows what can be lost of people. `takes`: whether somebody enabled has an address. */
export const createExtents = (
  index: Index,
  takes: (address: string) => boolean,
  domains: ReadonlySet<string>,
  rows: Extent,
): Extents => ({
  accounts: { items: () => ownAddresses(index, 'account'), has: takes },
  groups: { items: () => ownAddresses(index, 'group'), has: takes },
  members: membersIn(index),
  aliases: { items: () => aliasesIn(index), has: takes },
  domains: { items: () => domains, has: (domain) => domains.has(domain) },
  rows,
});

/** The addresses that are the own ones of enabled accounts, or of groups. */
function* ownAddresses(index: Index, kind: Entry['kind']): Iterable<string> {
  for (const [address, entries] of index)
    if (entries.some((entry) => entry.enabled && isOwn(entry, kind, address))) yield address;
}

/** The addresses that are nobody's own and lead to somebody enabled. */
function* aliasesIn(index: Index): Iterable<string> {
  for (const [address, entries] of index)
    if (
      entries.some(({ enabled }) => enabled) &&
      entries.every((entry) => entry.address !== address)
    )
      yield address;
}

/** Joins names of things into one: it stands in no address, table or key. */
export const SEPARATOR = '\0';

/** Who is in which group. A group that is not there has lost no member: it is lost itself. */
function membersIn(index: Index): Extent {
  /** Items come group by group. */
  let last: { readonly group: string; readonly members?: ReadonlySet<string> } | undefined;

  function* list(): Iterable<string> {
    for (const group of ownAddresses(index, 'group'))
      for (const member of membersOf(index, group) ?? []) yield `${group}${SEPARATOR}${member}`;
  }

  return {
    items: list,
    has: (item) => {
      const [group = '', member = ''] = item.split(SEPARATOR);
      if (last?.group !== group) {
        const members = membersOf(index, group);
        last = members === undefined ? { group } : { group, members };
      }
      return last.members?.has(member) ?? true;
    },
  };
}

function membersOf(index: Index, group: string): ReadonlySet<string> | undefined {
  const groups = (index.get(group) ?? []).filter((entry) => isOwn(entry, 'group', group));
  return groups.length === 0 ? undefined : new Set(groups.flatMap(({ members }) => members));
}

const isOwn = (entry: Entry, kind: Entry['kind'], address: string): boolean =>
  entry.kind === kind && entry.address === address;
