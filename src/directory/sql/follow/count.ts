import { Fault } from '../../directory.ts';
import type { SqlConnection } from '../connect/connection.ts';
import { textsIn } from '../people/values.ts';
import type { Listing } from '../text/listing.ts';

/** Of so many rows, one may have come or gone while they were read. */
const MOVED = 100;
const FEW = 5;

/** How many rows a listing has. */
export async function countOf(connection: SqlConnection, listing: Listing): Promise<number> {
  const [row] = await connection.run(listing.count, []);
  return Number(textsIn(row?.['n'])[0] ?? Number.NaN);
}

/**
 * Sees to it that all rows were read, but for those that came and went: in parts some are not shown where the database does not
 * compare a key as it sorts it.
 * @throws {Fault} `doubt` where they weren't
 */
export async function checkCount(
  connection: SqlConnection,
  listing: Listing,
  before: number,
  read: number,
): Promise<void> {
  const count = await countOf(connection, listing);
  const moved = Math.abs(count - before) + FEW + Math.trunc(count / MOVED);
  if (read >= count - moved) return;
  throw new Fault(
    'doubt',
    `${listing.name} has ${count} rows and shows ${read} in parts: are its rows in the order of ${listing.key}, and can that be compared with a text?`,
  );
}
