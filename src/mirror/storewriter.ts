import { DatabaseSync } from 'node:sqlite';
import { type Change, Gap, type Listed } from '../directory/directory.ts';
import { allowance } from './guard.ts';
import { createListings } from './listings.ts';
import { createLosses } from './losses.ts';
import { createMeta } from './meta.ts';
import type { Order, Result, Writer } from './orders.ts';
import { prepare } from './prepare.ts';
import { addressesOf, decode, LAYOUT } from './rows.ts';

export interface WriterOptions {
  readonly path: string;
  /** The settings that decide who is in the directory, as a digest. */
  readonly fingerprint: string;
  /** The share, 0 to 1, that may be lost. */
  readonly guard: number;
}

/** What one order brings beside how the file stands. */
type Brought = Partial<Pick<Result, 'missing' | 'asked' | 'parts' | 'released'>>;

/** Longer than any transaction of another writer, whose place this one takes. */
const BUSY_MS = 10_000;

/** Opens a mirror's file for writing; one that is new gets its tables. */
export function createStoreWriter({ path, fingerprint, guard }: WriterOptions): Writer {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;');
  db.exec('PRAGMA journal_size_limit = 67108864;');
  db.exec(LAYOUT);
  const meta = createMeta(db);
  const losses = createLosses(db);
  const listings = createListings(db);
  const sql = {
    old: db.prepare('SELECT n, data FROM entry WHERE ref = ?'),
    insert: db.prepare('INSERT INTO entry(ref, data) VALUES(?, ?)'),
    update: db.prepare('UPDATE entry SET data = ? WHERE n = ?'),
    remove: db.prepare('DELETE FROM entry WHERE n = ?'),
    hold: db.prepare('INSERT OR IGNORE INTO holder VALUES(?, ?)'),
    unhold: db.prepare('DELETE FROM holder WHERE address = ? AND n = ?'),
    name: db.prepare('INSERT OR IGNORE INTO name VALUES(?, ?)'),
    unname: db.prepare('DELETE FROM name WHERE name = ? AND n = ?'),
    version: db.prepare('PRAGMA data_version'),
  };
  const cleaned = { dropped: 0 };
  let changed = 0;
  let seenVersion = sql.version.get()?.['data_version'];

  const count = (entry: Listed, by: number): void => {
    changed += 1;
    meta.count(entry.kind, by);
  };

  const replace = (
    n: number,
    ref: string,
    before: string,
    { entry, text }: ReturnType<typeof prepare>,
    now: number,
  ): void => {
    const old = decode(before);
    const addresses = new Set(addressesOf(entry));
    const names = new Set(entry.names);
    for (const address of addressesOf(old)) if (!addresses.has(address)) sql.unhold.run(address, n);
    for (const name of old.names) if (!names.has(name)) sql.unname.run(name, n);
    sql.update.run(text, n);
    losses.note(ref, before, entry, now);
    count(old, -1);
    count(entry, 1);
  };

  const put = (ref: string, listed: Listed, now: number): void => {
    const prepared = prepare(listed, cleaned);
    const { entry, text } = prepared;
    const row = sql.old.get(ref);
    const before = row === undefined ? undefined : String(row['data']);
    // Nothing is written of whoever is as before: a listing costs reads.
    if (row !== undefined && before === text) {
      listings.see(ref, Number(row['n']));
      return;
    }
    let n: number;
    if (row === undefined || before === undefined) {
      n = Number(sql.insert.run(ref, text).lastInsertRowid);
      count(entry, 1);
    } else {
      n = Number(row['n']);
      replace(n, ref, before, prepared, now);
    }
    for (const address of addressesOf(entry)) sql.hold.run(address, n);
    for (const name of entry.names) sql.name.run(name, n);
    losses.regain(entry);
    listings.see(ref, n);
  };

  const remove = (ref: string, now: number): void => {
    const row = sql.old.get(ref);
    if (row === undefined) return;
    const n = Number(row['n']);
    const before = String(row['data']);
    const old = decode(before);
    for (const address of addressesOf(old)) sql.unhold.run(address, n);
    for (const name of old.names) sql.unname.run(name, n);
    sql.remove.run(n);
    losses.note(ref, before, undefined, now);
    count(old, -1);
  };

  const apply = (change: Change, order: Order & { do: 'apply' }): void => {
    const { now } = order;
    switch (change.kind) {
      case 'listing':
        listings.begin(change.part);
        break;
      case 'listed':
        throw new Error('the end of a listing is an order of its own');
      case 'put':
        for (const [ref, entry] of change.entries) put(ref, entry, now);
        break;
      case 'still':
        for (const ref of change.refs) {
          const row = sql.old.get(ref);
          // A right was lost and came back, perhaps: what is told since the cursor is not all.
          if (row === undefined)
            throw new Gap(`${ref} is told to be as it was, and is not in the mirror`);
          listings.see(ref, Number(row['n']));
        }
        break;
      case 'gone':
        for (const ref of change.refs) remove(ref, now);
        break;
      case 'mark':
        meta.mark(change, now, order.stamp);
        break;
    }
  };

  const carry = (order: Order): Brought => {
    switch (order.do) {
      case 'begin':
        listings.forget();
        return {};
      case 'apply':
        for (const change of order.changes) apply(change, order);
        return {};
      case 'listed': {
        const missing = listings.end(order.part);
        meta.listed(order.now);
        if (missing <= allowance(meta.total(), guard)) return { missing };
        // So many are held whether they are there or not: nobody asks for them one by one.
        for (const { ref } of listings.take(missing)) remove(ref, order.now);
        return { missing: 0 };
      }
      case 'unlisted':
        return { parts: listings.unlisted() };
      case 'missing':
        return { asked: listings.take(order.most) };
      case 'gone':
        for (const ref of order.refs) remove(ref, order.now);
        return {};
      case 'forget':
        meta.forget();
        return {};
      case 'accept':
        return { released: losses.release() };
      case 'sweep':
        return { released: isHeld() ? [] : losses.release(order.before) };
      case 'close':
        return {};
    }
  };

  const isHeld = (): boolean => losses.count() > allowance(meta.total() + losses.count(), guard);

  const within = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE');
    try {
      // Another daemon's writer may have been at work until now.
      const version = sql.version.get()?.['data_version'];
      if (version !== seenVersion) recount();
      seenVersion = version;
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      // A disk that is full may have ended it by itself.
      if (db.isTransaction) db.exec('ROLLBACK');
      recount();
      throw error;
    }
  };

  /** What is known of the file beside it, of what it says. */
  function recount(): void {
    losses.recount();
    meta.read();
  }

  within(() => {
    meta.begin(fingerprint);
    meta.hold(isHeld());
  });

  return {
    carryOut: (order) => {
      if (order.do === 'close') {
        const standing = meta.standing(losses.count());
        db.close();
        return { standing, changed: 0, dropped: 0 };
      }
      changed = 0;
      cleaned.dropped = 0;
      const brought = within(() => {
        const result = carry(order);
        meta.hold(isHeld());
        return result;
      });
      return {
        standing: meta.standing(losses.count()),
        changed,
        dropped: cleaned.dropped,
        ...brought,
      };
    },
  };
}
