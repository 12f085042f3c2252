import { crc32 } from 'node:zlib';

/**
 * A sum over rows in any order, of a checksum each: SQLite has none of its own, so a bit that a disk turned would move an
 * address to where nobody looks for it, and nobody is not to be said for that.
 */
export const addTo = (sum: number, by: number): number => (sum + by + LIMIT) % LIMIT;

/** Exact in a number, with room for the sum of two. */
const LIMIT = 2 ** 48;

/**
 * The checksum of a row of `holder`, which is told from one with any other letter (FNV-1a). There are millions of them in a
 * listing, and a call of zlib's for each costs more than writing them.
 */
export function sumOfHolder(address: string, n: number): number {
  let sum = Math.imul(OFFSET ^ n, PRIME);
  for (let i = 0; i < address.length; i++) sum = Math.imul(sum ^ address.charCodeAt(i), PRIME);
  return sum >>> 0;
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** A row of `lost`. */
export interface LostRow {
  readonly address: string;
  readonly ref: string;
  readonly at: number;
  readonly data: string;
  readonly known: number;
  readonly asked: number;
}

/** Its checksum. */
export const sumOfLost = ({ address, ref, at, data, known, asked }: LostRow): number =>
  crc32(JSON.stringify([address, ref, at, data, known, asked]));

/** The same of a row as SQLite gives it. */
export const readLost = (row: Readonly<Record<string, unknown>>): LostRow => ({
  address: String(row['address']),
  ref: String(row['ref']),
  at: Number(row['at']),
  data: String(row['data']),
  known: Number(row['known']),
  asked: Number(row['asked']),
});
