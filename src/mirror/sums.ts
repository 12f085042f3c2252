import { crc32 } from 'node:zlib';

/**
 * A sum over rows in any order, of a checksum each: SQLite has none of its own, so a bit that a disk turned would move an
 * address to where nobody looks for it, and nobody is not to be said for that.
 */
export const addTo = (sum: number, by: number): number => (sum + by + LIMIT) % LIMIT;

/** Exact in a number, with room for the sum of two. */
const LIMIT = 2 ** 48;

/** The checksum of a row of `holder`. */
export const sumOfHolder = (address: string, n: number): number => crc32(`${n} ${address}`);

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
