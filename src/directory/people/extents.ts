/** What an edit may lose: the kinds of things that somebody would miss. */
export const KINDS = ['accounts', 'groups', 'aliases', 'domains', 'rows'] as const;

export type Kind = (typeof KINDS)[number];

/** All things of one kind in one content. */
export interface Extent {
  /** Each once. */
  items(): Iterable<string>;
  /** Whether it is there. An address is where somebody enabled has it, whoever it is. */
  has(item: string): boolean;
}

/** How many things of each kind there are, and which. */
export type Extents = Readonly<Record<Kind, Extent>>;

/** Makes something of each kind. */
export const eachKind = <T>(make: (kind: Kind) => T): Readonly<Record<Kind, T>> => ({
  accounts: make('accounts'),
  groups: make('groups'),
  aliases: make('aliases'),
  domains: make('domains'),
  rows: make('rows'),
});
