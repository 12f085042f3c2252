import { isLongEnough, letOthersRun } from '../../../loop.ts';
import { Fault } from '../../directory.ts';
import type { SqlConnection } from '../connect/connection.ts';
import type { Row } from '../engine.ts';
import { need } from '../people/entries.ts';
import { textsIn } from '../people/values.ts';
import type { Listing } from '../text/listing.ts';

/** So many rows are read at a time; more, where they are all of one. */
const PAGE = 500;
const MOST = 64_000;

/** Reads a listing in parts: each time the rows of whole keys, and how many rows were read so far. */
export async function* pagesOf(
  connection: SqlConnection,
  listing: Listing,
): AsyncGenerator<readonly (readonly Row[])[], number> {
  let size = PAGE;
  let read = 0;
  let from: string | undefined;
  for (;;) {
    const rows = await (from === undefined
      ? connection.run(listing.first(size), [])
      : connection.run(listing.from(size), [from]));
    // What follows is counted with the entries that are made of it.
    if (isLongEnough()) await letOthersRun();
    need(rows, listing.name, listing.key);
    const last = keyOf(rows.at(-1), listing);
    const isEnd = rows.length < size;
    // The last one may have been cut. It is read again, for a database may compare more loosely than texts are here.
    const whole = isEnd ? rows : rows.filter((row) => keyOf(row, listing) !== last);
    if (whole.length === 0 && !isEnd) {
      if (size >= MOST) throw tooMany(listing);
      size *= 2;
      continue;
    }
    read += whole.length;
    yield byKey(whole, listing);
    if (isEnd) return read;
    from = last;
    size = PAGE;
  }
}

/** Reads all rows of some keys. */
export async function rowsOfKeys(
  connection: SqlConnection,
  listing: Listing,
  keys: readonly string[],
): Promise<readonly (readonly Row[])[]> {
  const all = await Promise.all(keys.map((key) => connection.run(listing.of, [key])));
  return all.filter((rows) => rows.length > 0);
}

/** The keys in rows. */
export const keysIn = (rows: readonly Row[], listing: Listing): readonly string[] =>
  rows.map((row) => keyOf(row, listing));

const byKey = (rows: readonly Row[], listing: Listing): readonly (readonly Row[])[] => [
  ...Map.groupBy(rows, (row) => keyOf(row, listing)).values(),
];

const keyOf = (row: Row | undefined, { key }: Listing): string => textsIn(row?.[key])[0] ?? '';

const tooMany = ({ name, key }: Listing): Fault =>
  new Fault('doubt', `${name} gives ${MOST} rows or more for one ${key}`);
