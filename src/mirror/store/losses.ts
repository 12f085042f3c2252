import type { DatabaseSync } from 'node:sqlite';
import type { Listed } from '../../directory/directory.ts';
import { addressesOf, decode } from './rows.ts';
import { type LostRow, readLost, sumOfLost } from './sums.ts';

/**
 * Addresses that belonged to somebody a short while ago. One is lost when nobody enabled holds it any more (removed,
 * disabled, renamed, an alias taken, an attribute that can't be read any more), or nobody at all.
 */
export interface Losses {
  /** Entries that have lost some. */
  count(): number;
  /** Of those, who was not asked for. */
  unasked(): number;
  /** Some of them, as they were. */
  listUnasked(most: number): readonly { readonly ref: string; readonly entry: Listed }[];
  /** Who was asked for, and is gone. */
  asked(refs: readonly string[]): void;
  /** As it was before it was lost; absent: it is not. */
  before(ref: string): Listed | undefined;
  /**
   * An entry was `before` and is `next`, which is in the file by now; absent: removed. `isAsked`: the directory said so, and
   * did not only leave it out.
   */
  note(loss: Loss): void;
  /** Somebody holds these now. */
  regain(entry: Listed): void;
  /** Forgets those older than `before` that were asked for, absent: all. Gives their addresses. */
  release(before?: number): readonly string[];
  /** Counts anew, where another has written the file. */
  recount(): void;
}

export interface Loss {
  readonly ref: string;
  readonly before: string;
  readonly next?: Listed;
  readonly now: number;
  /** When it was last known that it was so; absent: never, for nothing was listed whole, and then it is no loss. */
  readonly knownAt: number | undefined;
  readonly isAsked: boolean;
}

/** Creates it over an open file; `sum` keeps the sum of its rows. */
export function createLosses(db: DatabaseSync, sum: (by: number) => void): Losses {
  const others = db.prepare(
    'SELECT e.data FROM holder h JOIN entry e ON e.n = h.n WHERE h.address = ?',
  );
  const lose = db.prepare(
    'INSERT OR REPLACE INTO lost(address, ref, at, data, known, asked) VALUES(?, ?, ?, ?, ?, ?)',
  );
  const lostOf = db.prepare('SELECT ref, data FROM lost WHERE address = ?');
  const take = db.prepare('DELETE FROM lost WHERE address = ? AND ref = ? RETURNING *');
  const older = db.prepare('SELECT address, ref FROM lost WHERE at < ? AND asked >= ?');
  /** How many addresses each has lost. */
  const counts = new Map<string, number>();
  /** Those who were not asked for. */
  const unasked = new Set<string>();
  const dataOf = db.prepare('SELECT data FROM lost WHERE ref = ? LIMIT 1');
  const setAsked = db.prepare('UPDATE lost SET asked = 1 WHERE ref = ? AND asked = 0 RETURNING *');

  const add = (ref: string, by: number): void => {
    const count = (counts.get(ref) ?? 0) + by;
    if (count > 0) {
      counts.set(ref, count);
      return;
    }
    counts.delete(ref);
    unasked.delete(ref);
  };
  const recount = (): void => {
    counts.clear();
    unasked.clear();
    for (const { ref, asked } of db.prepare('SELECT ref, asked FROM lost').iterate()) {
      add(String(ref), 1);
      if (asked === 0) unasked.add(String(ref));
    }
  };
  recount();

  /** Whether somebody holds it, at least as well as the one who lost it. */
  const isHeld = (address: string, wasEnabled: boolean): boolean =>
    others.all(address).some(({ data }) => !wasEnabled || decode(String(data)).enabled);

  const drop = (address: string, ref: string): void => {
    const taken = take.get(address, ref);
    if (taken === undefined) return;
    sum(-sumOfLost(readLost(taken)));
    add(ref, -1);
  };

  const entryOf = (ref: string): Listed => decode(String(dataOf.get(ref)?.['data']));

  return {
    count: () => counts.size,
    unasked: () => unasked.size,
    listUnasked: (most) =>
      [...unasked.values().take(most)].map((ref) => ({ ref, entry: entryOf(ref) })),
    asked: (refs) => {
      for (const ref of refs) {
        for (const row of setAsked.all(ref).map(readLost))
          sum(sumOfLost(row) - sumOfLost({ ...row, asked: 0 }));
        unasked.delete(ref);
      }
    },
    before: (ref) => (counts.has(ref) ? entryOf(ref) : undefined),
    note: ({ ref, before, next, now, knownAt, isAsked }) => {
      if (knownAt === undefined) return;
      const old = decode(before);
      const kept = new Set(
        next === undefined || (old.enabled && !next.enabled) ? [] : addressesOf(next),
      );
      for (const address of new Set(addressesOf(old))) {
        if (kept.has(address) || isHeld(address, old.enabled)) continue;
        drop(address, ref);
        const asked = isAsked ? 1 : 0;
        const row: LostRow = { address, ref, at: now, data: before, known: knownAt, asked };
        lose.run(address, ref, now, before, knownAt, asked);
        sum(sumOfLost(row));
        add(ref, 1);
        if (!isAsked) unasked.add(ref);
      }
    },
    regain: (entry) => {
      if (counts.size === 0) return;
      for (const address of addressesOf(entry))
        for (const { ref, data } of lostOf.all(address))
          if (entry.enabled || !decode(String(data)).enabled) drop(address, String(ref));
    },
    release: (before) => {
      const released =
        before === undefined ? older.all(Number.MAX_SAFE_INTEGER, 0) : older.all(before, 1);
      for (const { address, ref } of released) drop(String(address), String(ref));
      return released.map(({ address }) => String(address));
    },
    recount,
  };
}
