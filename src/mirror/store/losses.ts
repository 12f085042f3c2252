import type { DatabaseSync } from 'node:sqlite';
import type { Listed } from '../../directory/directory.ts';
import type { Due, Judgement } from './orders.ts';
import { addressesOf, decode } from './rows.ts';
import { type LostRow, readLost, sumOfLost } from './sums.ts';

/**
 * Addresses that belonged to somebody a short while ago. One is lost when nobody enabled holds it any more (removed,
 * disabled, renamed, an alias taken, an attribute that can't be read any more), or nobody at all.
 */
export interface Losses {
  /** Entries that have lost some, but for those that are elsewhere. */
  count(): number;
  /** Of those, who is in the mirror no more. */
  countRemoved(): number;
  /** Addresses of which the directory itself has not said that they are nobody's. */
  unasked(): number;
  /** Entries that are to be asked for, behind `after` in the order of their names: left out, or lost before `before`. */
  due(before: number, after: string, most: number): readonly Due[];
  /** As it was before a listing left it out, and nobody has asked for it yet; absent: it is not so. */
  leftOut(ref: string): Listed | undefined;
  /** It was told of: what a listing left out is as if told at `at`, absent: when it was left out. */
  told(ref: string, at?: number): void;
  /** What the directory said of one; nothing where it was lost anew meanwhile. */
  judge(judgement: Judgement, now: number): void;
  /** An entry was `before` and is `next`, which is in the file by now; absent: removed. */
  note(loss: Loss): void;
  /** Somebody holds these now. */
  regain(entry: Listed): void;
  /** Forgets up to so many that are older than `before` and are nobody's by the directory's word. Gives their addresses. */
  release(before: number, most: number): readonly string[];
  /** The same of those up to `until` that were told, too: an administrator has accepted them. */
  accept(until: number, most: number): readonly string[];
  /** Counts anew, where another has written the file. */
  recount(): void;
}

/**
 * How an address was lost: a listing left its holder out, and nobody was asked for; the directory was asked, and nobody enabled has it; the feed
 * told so; or the directory was asked, and somebody has it whom the feed has not told of.
 */
export const HOW = { leftOut: 0, gone: 1, told: 2, elsewhere: 3 } as const;

export interface Loss {
  readonly ref: string;
  readonly before: string;
  readonly next?: Listed;
  readonly now: number;
  /** When it was last known that it was so; absent: never, for nothing was listed whole, and then it is no loss. */
  readonly knownAt: number | undefined;
  readonly how: Exclude<keyof typeof HOW, 'elsewhere'>;
  /** Of its addresses, those that are elsewhere. */
  readonly elsewhere?: ReadonlySet<string>;
}

/** Creates it over an open file; `sum` keeps the sum of its rows. */
export function createLosses(db: DatabaseSync, sum: (by: number) => void): Losses {
  const others = db.prepare(
    'SELECT e.data FROM holder h JOIN entry e ON e.n = h.n WHERE h.address = ?',
  );
  const lose = db.prepare(
    'INSERT OR REPLACE INTO lost(address, ref, at, data, known, asked) VALUES(?, ?, ?, ?, ?, ?)',
  );
  const lostOf = db.prepare('SELECT * FROM lost WHERE address = ?');
  const take = db.prepare('DELETE FROM lost WHERE address = ? AND ref = ? RETURNING *');
  const older = db.prepare(
    `SELECT address, ref FROM lost WHERE at < ? AND asked = ${HOW.gone} LIMIT ?`,
  );
  const accepted = db.prepare(
    `SELECT address, ref FROM lost WHERE at <= ? AND asked IN (${HOW.gone}, ${HOW.told}) LIMIT ?`,
  );
  const counting = db.prepare(
    `SELECT 1 FROM lost WHERE ref = ? AND asked <> ${HOW.elsewhere} LIMIT 1`,
  );
  const dueRefs = db.prepare(
    `SELECT DISTINCT ref FROM lost
     WHERE ref > ? AND (asked = ${HOW.leftOut} OR (asked IN (${HOW.told}, ${HOW.elsewhere}) AND at < ?))
     ORDER BY ref LIMIT ?`,
  );
  const rowsOf = db.prepare('SELECT * FROM lost WHERE ref = ?');
  const rowOf = db.prepare('SELECT * FROM lost WHERE address = ? AND ref = ? AND at = ?');
  /** Entries, and addresses: kept here, for to count a million takes too long. */
  let count = 0;
  let unasked = 0;

  const isCounted = (ref: string): number => (counting.get(ref) === undefined ? 0 : 1);
  /** Does something to the rows of one entry. */
  const counted = (ref: string, work: () => void): void => {
    const before = isCounted(ref);
    work();
    count += isCounted(ref) - before;
  };
  const weigh = ({ asked }: LostRow): number => (asked === HOW.gone ? 0 : 1);
  const numberOf = (sql: string): number => Number(db.prepare(sql).get()?.['count']);
  const recount = (): void => {
    count = numberOf(
      `SELECT count(DISTINCT ref) AS count FROM lost WHERE asked <> ${HOW.elsewhere}`,
    );
    unasked = numberOf(`SELECT count(*) AS count FROM lost WHERE asked <> ${HOW.gone}`);
  };
  recount();

  /** Whether somebody holds it, at least as well as the one who lost it. */
  const isHeld = (address: string, wasEnabled: boolean): boolean =>
    others.all(address).some(({ data }) => !wasEnabled || decode(String(data)).enabled);

  /** Who was disabled, and is removed then, is held as they were before both. */
  const wasServed = (address: string, ref: string): Pick<LostRow, 'data' | 'known'> | undefined => {
    const row = lostOf.all(address).find((each) => each['ref'] === ref);
    const former = row === undefined ? undefined : readLost(row);
    return former !== undefined && decode(former.data).enabled ? former : undefined;
  };
  const drop = (address: string, ref: string): void => {
    const taken = take.get(address, ref);
    if (taken === undefined) return;
    const row = readLost(taken);
    sum(-sumOfLost(row));
    unasked -= weigh(row);
  };
  const add = (row: LostRow): void => {
    drop(row.address, row.ref);
    lose.run(row.address, row.ref, row.at, row.data, row.known, row.asked);
    sum(sumOfLost(row));
    unasked += weigh(row);
  };
  const forget = (rows: readonly Record<string, unknown>[]): readonly string[] =>
    rows.map((row) => {
      const [address, ref] = [String(row['address']), String(row['ref'])];
      counted(ref, () => drop(address, ref));
      return address;
    });

  return {
    count: () => count,
    countRemoved: () =>
      numberOf(
        `SELECT count(*) AS count FROM (SELECT DISTINCT ref FROM lost WHERE asked <> ${HOW.elsewhere}) l
         WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.ref = l.ref)`,
      ),
    unasked: () => unasked,
    due: (before, after, most) =>
      dueRefs.all(after, before, most).flatMap((row) => dueOf(rowsOf.all(String(row['ref'])))),
    leftOut: (ref) => {
      const row = rowsOf.all(ref).map(readLost).find(isLeftOut);
      return row === undefined ? undefined : decode(row.data);
    },
    told: (ref, at) => {
      for (const row of rowsOf.all(ref).map(readLost).filter(isLeftOut))
        add({ ...row, asked: HOW.told, at: at ?? row.at });
    },
    judge: ({ ref, address, at, is }, now) => {
      const found = rowOf.get(address, ref, at);
      if (found === undefined) return;
      const row = readLost(found);
      // It is asked for again once that was so for as long as any other loss.
      const next = is === 'gone' ? { asked: HOW.gone } : { asked: HOW.elsewhere, at: now };
      counted(ref, () => add({ ...row, ...next }));
    },
    note: ({ ref, before, next, now, knownAt, how, elsewhere }) => {
      if (knownAt === undefined) return;
      const old = decode(before);
      const kept = new Set(
        next === undefined || (old.enabled && !next.enabled) ? [] : addressesOf(next),
      );
      counted(ref, () => {
        for (const address of new Set(addressesOf(old))) {
          if (kept.has(address) || isHeld(address, old.enabled)) continue;
          const asked = elsewhere?.has(address) === true ? HOW.elsewhere : HOW[how];
          const { data, known } = wasServed(address, ref) ?? { data: before, known: knownAt };
          add({ address, ref, at: now, data, known, asked });
        }
      });
    },
    regain: (entry) => {
      if (count === 0 && unasked === 0) return;
      for (const address of addressesOf(entry))
        for (const row of lostOf.all(address)) {
          const ref = String(row['ref']);
          if (entry.enabled || !decode(String(row['data'])).enabled)
            counted(ref, () => drop(address, ref));
        }
    },
    release: (before, most) => forget(older.all(before, most)),
    accept: (until, most) => forget(accepted.all(until, most)),
    recount,
  };
}

const isLeftOut = ({ asked }: LostRow): boolean => asked === HOW.leftOut;

function dueOf(written: readonly Record<string, unknown>[]): readonly Due[] {
  const rows = written.map(readLost).filter(({ asked }) => asked !== HOW.gone);
  const [first] = rows;
  if (first === undefined) return [];
  const { id } = decode(first.data);
  const lost = rows.map(({ address, at }) => ({ address, at }));
  return [{ ref: first.ref, id, lost, isLeftOut: rows.some(isLeftOut) }];
}
