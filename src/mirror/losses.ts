import type { DatabaseSync } from 'node:sqlite';
import type { Listed } from '../directory/directory.ts';
import { addressesOf, decode } from './rows.ts';

/**
 * Addresses that belonged to somebody a short while ago. One is lost when nobody enabled holds it any more (removed,
 * disabled, renamed, an alias taken, an attribute that can't be read any more), or nobody at all.
 */
export interface Losses {
  /** Entries that have lost some. */
  count(): number;
  /** An entry was `before` and is `next`, which is in the file by now; absent: removed. */
  note(ref: string, before: string, next: Listed | undefined, now: number): void;
  /** Somebody holds these now. */
  regain(entry: Listed): void;
  /** Forgets those older than `before`, absent: all. Gives their addresses. */
  release(before?: number): readonly string[];
  /** Counts anew, where another has written the file. */
  recount(): void;
}

/** Creates it over an open file. */
export function createLosses(db: DatabaseSync): Losses {
  const others = db.prepare(
    'SELECT e.data FROM holder h JOIN entry e ON e.n = h.n WHERE h.address = ?',
  );
  const lose = db.prepare('INSERT OR REPLACE INTO lost(address, ref, at, data) VALUES(?, ?, ?, ?)');
  const lostOf = db.prepare('SELECT ref, data FROM lost WHERE address = ?');
  const find = db.prepare('DELETE FROM lost WHERE address = ? AND ref = ?');
  const older = db.prepare('SELECT address, ref FROM lost WHERE at < ?');
  /** How many addresses each has lost. */
  const counts = new Map<string, number>();

  const add = (ref: string, by: number): void => {
    const count = (counts.get(ref) ?? 0) + by;
    if (count > 0) counts.set(ref, count);
    else counts.delete(ref);
  };
  const recount = (): void => {
    counts.clear();
    for (const { ref } of db.prepare('SELECT ref FROM lost').iterate()) add(String(ref), 1);
  };
  recount();

  /** Whether somebody holds it, at least as well as the one who lost it. */
  const isHeld = (address: string, wasEnabled: boolean): boolean =>
    others.all(address).some(({ data }) => !wasEnabled || decode(String(data)).enabled);

  const drop = (address: string, ref: string): void => {
    if (find.run(address, ref).changes > 0) add(ref, -1);
  };

  return {
    count: () => counts.size,
    note: (ref, before, next, now) => {
      const old = decode(before);
      const kept = new Set(
        next === undefined || (old.enabled && !next.enabled) ? [] : addressesOf(next),
      );
      for (const address of new Set(addressesOf(old))) {
        if (kept.has(address) || isHeld(address, old.enabled)) continue;
        drop(address, ref);
        lose.run(address, ref, now, before);
        add(ref, 1);
      }
    },
    regain: (entry) => {
      if (counts.size === 0) return;
      for (const address of addressesOf(entry))
        for (const { ref, data } of lostOf.all(address))
          if (entry.enabled || !decode(String(data)).enabled) drop(address, String(ref));
    },
    release: (before = Number.MAX_SAFE_INTEGER) => {
      const released = older.all(before);
      for (const { address, ref } of released) drop(String(address), String(ref));
      return released.map(({ address }) => String(address));
    },
    recount,
  };
}
