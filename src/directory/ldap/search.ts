import type { Filter } from 'ldapts';

/** How far below its base a search looks: the base itself, its children, or everything below. */
export type Scope = 'base' | 'one' | 'sub';

/** Whether aliases of the directory (RFC 4512, 2.6) are followed, in `ldap_table(5)`'s numbers 0 to 3. */
export type Dereference = 'never' | 'search' | 'find' | 'always';

/** One search. What comes from a key stands in values of `filter` and `base`, never in pasted text. */
export interface SearchRequest {
  readonly base: string;
  readonly scope: Scope;
  readonly filter: Filter;
  /** The attributes that are wanted. Empty: none. */
  readonly attributes: readonly string[];
  /** More entries than this are a fault of the key; 0: as many as the server gives. */
  readonly sizeLimit: number;
  readonly dereference?: Dereference;
  /** Reads all entries, page by page, past the server's limit for one answer. */
  readonly paged?: true;
  /** Set where the base itself depends on the key: then no such base means no entries. Elsewhere it is a fault. */
  readonly baseMayBeAbsent?: true;
}

/** An entry of the directory as it came. */
export interface LdapEntry {
  readonly dn: string;
  /** By lower-case name without options; AD's `member;range=0-1499` keeps its range. Values as bytes. */
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

/**
 * Searches on one connection.
 * @throws {Fault} on every result but success, `entry` where the key is to blame
 */
export type Search = (request: SearchRequest) => Promise<readonly LdapEntry[]>;

/**
 * Reads one entry by its name, where it meets `filter`. Without it: `gone` there is none, `hidden` there is one that may not be
 * read, or does not meet it, `elsewhere` another server holds it.
 * @throws {Fault} as a search does
 */
export type Read = (
  dn: string,
  attributes: readonly string[],
  filter?: Filter,
) => Promise<LdapEntry | 'gone' | 'hidden' | 'elsewhere'>;
