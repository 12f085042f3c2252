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
  let last: Readonly<{ address: string; n: number }> = { address: '', n: 0 };
  for (const row of db.prepare('SELECT address, n FROM holder').iterate()) {
    const next = { address: String(row['address']), n: Number(row['n']) };
    if (!isBefore(last, next)) throw new DamagedError('addresses are not in their order');
    last = next;
    yield sumOfHolder(next.address, next.n);
  }
  return undefined;
}

const isBefore = (
  one: { readonly address: string; readonly n: number },
  other: { readonly address: string; readonly n: number },
): boolean => {
  if (one.address === other.address) return one.n < other.n;
  // By bytes, as SQLite has it: strings are compared by halves of letters here.
  return (
    one.address < other.address ||
    Buffer.compare(Buffer.from(one.address), Buffer.from(other.address)) < 0
  );
};
