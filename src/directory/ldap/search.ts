import type { Filter } from 'ldapts';
import type { Finding, How } from '../directory.ts';

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

/** Asks the servers. All searches of one `work` run on one connection, which has proved itself. */
export interface Asker {
  /**
   * Runs `work`, once more on another connection where the first is lost or does not answer. *None* is proved on the same
   * connection, by a proof that began after the work.
   * @throws {Fault}
   */
  ask<T>(work: Work<T>, how: How): Promise<Finding<T>>;
}

/**
 * Makes up an answer out of searches; it may run again on another connection. `missed` says that something was absent which the answer would
 * else hold, so that a proof is due although there is an answer.
 */
export type Work<T> = (search: Search, missed: () => void) => Promise<readonly T[]>;
