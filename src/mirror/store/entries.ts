import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry, Listed } from '../../directory/directory.ts';
import type { Listings } from './listings.ts';
import type { Loss, Losses } from './losses.ts';
import type { Meta } from './meta.ts';
import type { Done } from './orders.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { Rivals } from './rivals.ts';
import { addressesOf, DamagedError, decode } from './rows.ts';
import { sumOfHolder } from './sums.ts';

/** Writes entries, with all that leads to them and that they lose. */
export interface Entries {
  put(ref: string, entry: Listed, now: number): void;
  /** `elsewhere`: addresses that the directory shows somebody else under. */
  remove(ref: string, now: number, how: Loss['how'], elsewhere?: ReadonlySet<string>): void;
  /** Puts back whom a listing left out, as it was, or as the directory shows it; nothing where it was told of meanwhile. */
  restore(ref: string, now: number, entry?: Entry): void;
  /** An account is so now; what groups call it is as it was. A group's members are told otherwise than they are listed. */
  renew(ref: string, entry: Entry, now: number): void;
  /** It is as it was put. */
  still(ref: string): void;
  /** Anybody may be another than before. */
  touchAll(): void;
  /** What was done since this was asked for last. */
  takeDone(): Done;
}

/** More addresses than these at a time, and it costs less to take all for changed. */
const MOST_TOUCHED = 500;

/** Creates it over an open file. */
export function createEntries(
  db: DatabaseSync,
  {
    meta,
    losses,
    listings,
    rivals,
  }: {
    readonly meta: Meta;
    readonly losses: Losses;
    readonly listings: Listings;
    readonly rivals: Rivals;
  },
): Entries {
  const find = db.prepare('SELECT n, data FROM entry WHERE ref = ?');
  const insert = db.prepare('INSERT INTO entry(ref, data) VALUES(?, ?)');
  const update = db.prepare('UPDATE entry SET data = ? WHERE n = ?');
  const remove = db.prepare('DELETE FROM entry WHERE n = ?');
  const hold = linking(db, 'holder');
  const unhold = db.prepare('DELETE FROM holder WHERE address = ? AND n = ?');
  const name = linking(db, 'name');
  const unname = db.prepare('DELETE FROM name WHERE name = ? AND n = ?');
  const cleaned = { dropped: 0 };
  let done = { put: 0, gone: 0, unchanged: 0 };
  let touched: string[] = [];
  let areMany = false;
  const touch = (entry: Listed): void => {
    if (touched.length < MOST_TOUCHED) touched.push(...addressesOf(entry));
    else areMany = true;
  };

  const rowOf = (ref: string): { readonly n: number; readonly data: string } | undefined => {
    const row = find.get(ref);
    return row === undefined ? undefined : { n: Number(row['n']), data: String(row['data']) };
  };
  const count = (entry: Listed, by: number): void => {
    // Whoever has no address is known as a group's member only, and can't be lost.
    if (addressesOf(entry).length > 0)
      meta.count(entry.kind === 'group' ? 'groups' : 'accounts', by);
  };
  const link = (entry: Listed, n: number, old?: Listed): void => {
    const fresh = new Set(addressesOf(entry));
    for (const address of old === undefined ? [] : addressesOf(old)) fresh.delete(address);
    for (const address of fresh) meta.sum('holderSum', sumOfHolder(address, n));
    if (hold([...fresh], n) !== fresh.size)
      throw new DamagedError('an entry stood under addresses that it did not have');
    meta.count('addresses', fresh.size);
    name(entry.names, n);
  };
  const unlink = (old: Listed, n: number, next?: Listed): void => {
    const addresses = new Set(next === undefined ? [] : addressesOf(next));
    const names = new Set(next?.names);
    for (const address of addressesOf(old)) {
      if (addresses.has(address) || unhold.run(address, n).changes === 0) continue;
      meta.count('addresses', -1);
      meta.sum('holderSum', -sumOfHolder(address, n));
    }
    for (const each of old.names) if (!names.has(each)) unname.run(each, n);
  };

  const change = (
    ref: string,
    row: { n: number; data: string },
    { entry, text }: Prepared,
    now: number,
  ): Listed => {
    const old = decode(row.data);
    touch(old);
    unlink(old, row.n, entry);
    update.run(text, row.n);
    count(old, -1);
    losses.note({
      ref,
      before: row.data,
      next: entry,
      now,
      knownAt: meta.syncedAt(),
      how: 'told',
    });
    return old;
  };

  const put: Entries['put'] = (ref, listed, now) => {
    const prepared = prepare(listed, cleaned);
    const { entry, text } = prepared;
    const row = rowOf(ref);
    // Nothing is written of whoever is as before: a listing costs reads.
    if (row?.data === text) {
      done.unchanged += 1;
      listings.see(ref, row.n);
      return;
    }
    const old = row === undefined ? undefined : change(ref, row, prepared, now);
    const n = row?.n ?? Number(insert.run(ref, text).lastInsertRowid);
    touch(entry);
    link(entry, n, old);
    count(entry, 1);
    losses.regain(entry);
    listings.see(ref, n);
    // Whom a listing does not show is asked for at its end.
    if (!listings.isOpen(ref)) rivals.note(ref);
    done.put += 1;
  };

  const renew: Entries['renew'] = (ref, entry, now) => {
    const row = rowOf(ref);
    const old = row === undefined ? undefined : decode(row.data);
    // Not each of the addresses that it has no more was asked for: they are, before they are let go.
    if (old?.kind === 'account') put(ref, { ...entry, names: old.names }, now);
  };

  return {
    put,
    restore: (ref, now, entry) => {
      const before = losses.leftOut(ref);
      if (before === undefined) return;
      if (rowOf(ref) !== undefined) {
        losses.told(ref);
        return;
      }
      put(ref, before, now);
      if (entry !== undefined) renew(ref, entry, now);
    },
    renew,
    remove: (ref, now, how, elsewhere) => {
      const row = rowOf(ref);
      listings.expectNot(ref);
      if (row === undefined) {
        // Grace begins when it is told, and not when a listing left it out.
        if (how === 'told') losses.told(ref, now);
        return;
      }
      const old = decode(row.data);
      touch(old);
      unlink(old, row.n);
      remove.run(row.n);
      count(old, -1);
      losses.note({
        ref,
        before: row.data,
        now,
        knownAt: meta.syncedAt(),
        how,
        ...(elsewhere !== undefined && { elsewhere }),
      });
      done.gone += 1;
    },
    still: (ref) => {
      const row = rowOf(ref);
      if (row === undefined) {
        listings.expect(ref);
        return;
      }
      done.unchanged += 1;
      listings.see(ref, row.n);
    },
    touchAll: () => {
      areMany = true;
    },
    takeDone: () => {
      const taken = {
        ...done,
        dropped: cleaned.dropped,
        touched: areMany ? ('many' as const) : touched,
      };
      done = { put: 0, gone: 0, unchanged: 0 };
      touched = [];
      areMany = false;
      cleaned.dropped = 0;
      return taken;
    },
  };
}

/** So many rows are written by one statement. */
const ROWS = 16;

/** Makes what leads from some words to an entry, and gives how many did not yet. */
function linking(
  db: DatabaseSync,
  table: 'holder' | 'name',
): (words: readonly string[], n: number) => number {
  const statements = new Map<number, StatementSync>();
  const statementFor = (count: number): StatementSync => {
    const rows = Array.from({ length: count }, (_, i) => `(?${i + 2}, ?1)`).join(', ');
    const statement = db.prepare(`INSERT OR IGNORE INTO ${table} VALUES ${rows}`);
    statements.set(count, statement);
    return statement;
  };
  return (words, n) => {
    let fresh = 0;
    for (let from = 0; from < words.length; from += ROWS) {
      const some = words.length <= ROWS ? words : words.slice(from, from + ROWS);
      const statement = statements.get(some.length) ?? statementFor(some.length);
      fresh += Number(statement.run(n, ...some).changes);
    }
    return fresh;
  };
}
