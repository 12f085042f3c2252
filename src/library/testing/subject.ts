import type { Directory } from '../../directory/directory.ts';

/** Somebody who is there, as the store has them. */
export interface KnownEntry {
  /** Their own address, with the letters and capitals that the store has. */
  readonly address: string;
  /** Their further addresses, likewise; absent: none. */
  readonly aliases?: readonly string[];
  /** Absent: an account. */
  readonly kind?: 'account' | 'group';
  /** Absent: they are. */
  readonly enabled?: boolean;
  /** Whom they may send as; absent: that is not looked at. */
  readonly logins?: readonly string[];
  /** A group's members; absent: that is not looked at. */
  readonly members?: readonly string[];
}

/** A type of directory under examination, and a store that it can be examined with. */
export interface Subject {
  /** Where the store listens, without TLS: what is between has to be able to answer in its place. */
  readonly store: { readonly host: string; readonly port: number };
  /** Opens the directory as idpmap would, but at this place, behind which is the store. It is closed after use. */
  readonly open: (place: { readonly host: string; readonly port: number }) => Promise<Directory>;
  /**
   * Some who are there, at least three: one whose address or alias has capitals in the store, and, where the store gives lists
   * in pages, one whom it gives on a later page.
   */
  readonly people: readonly KnownEntry[];
  /** Addresses that nobody has, at least one. */
  readonly nobody: readonly string[];
  /** All domains that it lists; absent: it lists none. */
  readonly domains?: readonly string[];
  /** What the store speaks: `http` is answered for by a server that is not itself, too. */
  readonly speaks: 'http' | 'anything';
}

/** What a directory did that it must not. */
export interface Misdeed {
  /** What it was asked to do. */
  readonly check: string;
  /** What came of it. */
  readonly told: string;
}
