import { DatabaseSync } from 'node:sqlite';
import { readMeta } from './meta.ts';
import { DamagedError } from './rows.ts';
import { addTo, readLost, sumOfHolder, sumOfLost } from './sums.ts';

/** Looks through a whole file, a part at a time, whether all is in it that was written. */
export interface Inspection {
  /**
   * Looks at up to so many rows more; gives whether that were the last ones.
   * @throws {DamagedError} where one is missing, or is not as it was written
   */
  look(most: number): boolean;
  close(): void;
}

/** Begins to look at a file as it is now, whatever is written meanwhile. */
export function beginInspection(path: string): Inspection {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('BEGIN');
  const meta = readMeta(db);
  const rows = holdersIn(db);

  const check = (what: 'holderSum' | 'lostSum', sum: number): void => {
    if (sum !== (meta.get(what) ?? 0))
      throw new DamagedError('addresses are missing, or are not as they were written');
  };
  const checkLost = (): void => {
    let sum = 0;
    for (const row of db.prepare('SELECT * FROM lost').iterate())
      sum = addTo(sum, sumOfLost(readLost(row)));
    check('lostSum', sum);
  };

  let sum = 0;
  return {
    look: (most) => {
      for (let i = 0; i < most; i++) {
        const { done, value } = rows.next();
        if (done === true) {
          check('holderSum', sum);
          checkLost();
          return true;
        }
        sum = addTo(sum, value);
      }
      return false;
    },
    close: () => db.close(),
  };
}

/** The checksums of all holders. Who is looked for is found only where they stand in their order. */
function* holdersIn(db: DatabaseSync): Generator<number, undefined> {
  const statement = db.prepare('SELECT address, n FROM holder');
  // Lists cost less than objects.
  statement.setReturnArrays(true);
  let last: Holder = ['', 0];
  for (const row of statement.iterate()) {
    const next = holderIn(row);
    if (!isBefore(last, next)) throw new DamagedError('addresses are not in their order');
    last = next;
    yield sumOfHolder(...next);
  }
  return undefined;
}

type Holder = readonly [address: string, n: number];

/** The types of Node do not follow `setReturnArrays`. */
function holderIn(row: unknown): Holder {
  const [address, n]: readonly unknown[] = Array.isArray(row) ? row : [];
  if (typeof address === 'string' && typeof n === 'number') return [address, n];
  throw new DamagedError('an address is none');
}

function isBefore([one, n]: Holder, [other, otherN]: Holder): boolean {
  if (one === other) return n < otherN;
  // By bytes, as SQLite has it: strings are compared by halves of letters here.
  return one < other || Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
