import type { Entry } from '../directory.ts';

/** What a source says of everybody, checked; all addresses, domains and keys are normalised. */
export interface Content {
  /** A group's members stand as they were written: neither expanded nor known to exist. */
  readonly entries: readonly Entry[];
  /** Domains at which every address is an account. */
  readonly open: readonly string[];
  readonly domains: readonly string[];
  readonly tables: readonly string[];
  readonly rows: readonly Row[];
}

/** One key of one table, folded. */
export interface Row {
  readonly table: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Some of a content: as much as can be indexed between two lookups. */
export type Piece = Pick<Content, 'entries' | 'rows'>;

/** A content in pieces. */
export interface Pieces extends Pick<Content, 'open' | 'domains' | 'tables'> {
  readonly pieces: Iterable<Piece>;
}
