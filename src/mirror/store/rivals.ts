import type { DatabaseSync } from 'node:sqlite';
import type { Listed } from '../../directory/directory.ts';
import { type HoldingRules, holders } from '../../directory/people/owners.ts';
import type { Rival } from './orders.ts';
import { addressesOf, decode } from './rows.ts';

/**
 * Entries with whom an address was in doubt once somebody else was told to have it: whoever was deleted and made anew, where
 * the feed tells no deletions. They are in the file, for they are to be asked for over a restart.
 */
export interface Rivals {
  /** Somebody is so now. */
  note(ref: string): void;
  /** Finds those of whoever was noted. */
  find(): void;
  count(): number;
  /** Some of them, by all that they may be asked for. */
  list(most: number): readonly Rival[];
  /** They were asked for. */
  settle(refs: readonly string[]): void;
  /** Counts anew, where another has written the file. */
  recount(): void;
}

type Row = Record<string, unknown>;

/** Creates it over an open file. */
export function createRivals(db: DatabaseSync, rules: HoldingRules): Rivals {
  const find = db.prepare('SELECT n, data FROM entry WHERE ref = ?');
  const others = db.prepare(
    'SELECT e.ref, e.data FROM holder h JOIN entry e ON e.n = h.n WHERE h.address = ? AND h.n <> ?',
  );
  const add = db.prepare('INSERT OR IGNORE INTO rival VALUES(?)');
  const remove = db.prepare('DELETE FROM rival WHERE ref = ?');
  const some = db.prepare(
    'SELECT r.ref, e.data FROM rival r LEFT JOIN entry e ON e.ref = r.ref LIMIT ?',
  );
  const counted = db.prepare('SELECT count(*) AS count FROM rival');
  const noted = new Set<string>();
  let count = 0;
  const recount = (): void => {
    count = Number(counted.get()?.['count']);
  };
  recount();

  const settle = (refs: readonly string[]): void => {
    for (const ref of refs) count -= Number(remove.run(ref).changes);
  };

  /** Whether nobody can say which of them an address is. */
  const isInDoubt = (entries: readonly Listed[], address: string): boolean => {
    try {
      holders(entries, address, rules);
      return false;
    } catch {
      return true;
    }
  };

  const findOf = (ref: string): void => {
    const row = find.get(ref);
    const entry = row === undefined ? undefined : dataOf(row);
    if (entry?.kind !== 'account') return;
    for (const address of addressesOf(entry)) {
      const rivals = others
        .all(address, Number(row?.['n']))
        .map((other) => ({ ref: String(other['ref']), entry: dataOf(other) }))
        .filter((other) => isServed(other.entry));
      const all = [entry, ...rivals.map((rival) => rival.entry)];
      if (rivals.length === 0 || (entry.enabled && !isInDoubt(all, address))) continue;
      for (const rival of rivals) count += Number(add.run(rival.ref).changes);
    }
  };

  return {
    note: (ref) => {
      noted.add(ref);
    },
    find: () => {
      for (const ref of noted) findOf(ref);
      noted.clear();
    },
    count: () => count,
    list: (most) => {
      const rivals: Rival[] = [];
      for (const row of some.all(most)) {
        const ref = String(row['ref']);
        // Told gone meanwhile.
        if (row['data'] === null) settle([ref]);
        else rivals.push(rivalOf(ref, dataOf(row)));
      }
      return rivals;
    },
    settle,
    recount,
  };
}

const dataOf = (row: Row): Listed => decode(String(row['data']));

/** Whoever is disabled keeps no address from anybody, and whoever is not keeps it from the one who is told to be. */
const isServed = ({ kind, enabled }: Listed): boolean => enabled && kind === 'account';

const rivalOf = (ref: string, entry: Listed): Rival => ({
  ref,
  id: entry.id,
  addresses: addressesOf(entry),
});
