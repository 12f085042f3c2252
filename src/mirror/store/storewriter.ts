import { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../directory/directory.ts';
import type { HoldingRules } from '../../directory/people/owners.ts';
import { createEntries } from './entries.ts';
import { allowance } from './guard.ts';
import { beginInspection, type Inspection } from './inspection.ts';
import { createListings } from './listings.ts';
import { createLosses } from './losses.ts';
import { createMeta } from './meta.ts';
import type { Brought, Order, Writer } from './orders.ts';
import { createRivals } from './rivals.ts';
import { DamagedError, LAYOUT, VERSION } from './rows.ts';
import { createTransactions } from './transactions.ts';

export interface WriterOptions {
  readonly path: string;
  /** The settings that decide who is in the directory, as a digest. */
  readonly fingerprint: string;
  /** The share, 0 to 1, that may be lost. */
  readonly guard: number;
  /** How addresses may be held; absent: by one account each. */
  readonly rules?: HoldingRules;
}

/** Longer than any transaction of another writer, whose place this one takes. */
const BUSY_MS = 10_000;

/** What writes nothing. */
const READING: ReadonlySet<Order['do']> = new Set(['inspect', 'due', 'close']);

/** So many of those that a listing left out are in memory at a time. */
const SOME = 1000;

type Apply = Extract<Order, { do: 'apply' }>;

/** Opens a mirror's file for writing; one that is new gets its tables. */
export function createStoreWriter({
  path,
  fingerprint,
  guard,
  rules = { sharedAliases: false },
}: WriterOptions): Writer {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;');
  db.exec('PRAGMA journal_size_limit = 67108864;');
  const isNew = ownVersion(db) === 0;
  db.exec(LAYOUT);
  const meta = createMeta(db);
  const losses = createLosses(db, (by) => meta.sum('lostSum', by));
  const listings = createListings(db);
  const rivals = createRivals(db, rules);
  const entries = createEntries(db, { meta, losses, listings, rivals });
  let inspection: Inspection | undefined;
  let isSound = isNew;
  const { within, gather, forgive, settle } = createTransactions(db, () => {
    losses.recount();
    rivals.recount();
    meta.read();
    // Of what another daemon wrote, nobody here was told.
    entries.touchAll();
  });

  const isHeld = (): boolean => {
    const lost = losses.count();
    const total = meta.total();
    // Whoever lost something may be there still: each counts once. To count them takes long, and decides seldom.
    if (lost <= allowance(total, guard)) return false;
    if (lost > allowance(total + lost, guard)) return true;
    return lost > allowance(total + losses.countRemoved(), guard);
  };

  const endInspection = (): void => {
    inspection?.close();
    inspection = undefined;
  };

  const applyOne = (change: Change, { now, stamp }: Apply): void => {
    switch (change.kind) {
      case 'listing':
        listings.begin(change.part);
        return;
      case 'listed':
        throw new Error('the end of a listing is an order of its own');
      case 'put':
        for (const [ref, entry] of change.entries) entries.put(ref, entry, now);
        return;
      case 'still':
        for (const ref of change.refs) entries.still(ref);
        return;
      case 'gone':
        for (const ref of change.refs) entries.remove(ref, now, 'told');
        return;
      case 'mark':
        meta.mark(change, now, stamp);
        return;
    }
  };

  const endListing = (part: string, now: number): Brought => {
    const missing = listings.end(part);
    meta.listed(now);
    if (missing <= allowance(meta.total(), guard)) return { missing };
    // So many are held whether they are there or not; who is let go is asked for then.
    for (let some = listings.take(SOME); some.length > 0; some = listings.take(SOME))
      for (const { ref } of some) entries.remove(ref, now, 'leftOut');
    return { missing: 0, unasked: missing };
  };

  const carry: { readonly [K in Order['do']]: (order: Extract<Order, { do: K }>) => Brought } = {
    begin: () => {
      listings.forget();
      return {};
    },
    apply: (order) => {
      for (const change of order.changes) applyOne(change, order);
      rivals.find();
      return { waiting: rivals.count() };
    },
    listed: ({ part, now }) => endListing(part, now),
    unlisted: () => ({ parts: listings.unlisted() }),
    missing: ({ most }) => ({ asked: listings.take(most) }),
    gone: ({ refs, now, elsewhere }) => {
      const shown = new Set(elsewhere);
      for (const ref of refs) entries.remove(ref, now, 'gone', shown);
      return {};
    },
    rivals: ({ most }) => ({ rivals: rivals.list(most) }),
    settled: ({ refs }) => {
      rivals.settle(refs);
      return {};
    },
    forget: () => {
      meta.forget();
      return {};
    },
    due: ({ before, after, most }) => ({ due: losses.due(before, after, most) }),
    judged: ({ there, judged, now }) => {
      for (const [ref, entry] of there) entries.restore(ref, now, entry);
      for (const each of judged) losses.judge(each, now);
      return {};
    },
    shown: ({ people, now }) => {
      for (const [ref, entry] of people) entries.renew(ref, entry, now);
      return {};
    },
    accept: ({ until, most }) => ({ released: losses.accept(until, most) }),
    sweep: ({ before, most }) => ({ released: isHeld() ? [] : losses.release(before, most) }),
    inspect: ({ most }) => {
      inspection ??= beginInspection(path);
      const isInspected = inspection.look(most);
      if (isInspected) endInspection();
      isSound ||= isInspected;
      return { isInspected };
    },
    close: () => end(),
  };
  const carryOut = <K extends Order['do']>(order: Extract<Order, { do: K }> & { do: K }): Brought =>
    carry[order.do](order);

  within(() => {
    meta.begin(fingerprint);
    meta.hold(isHeld());
  });

  const write = (order: Order): Brought => {
    const work = (): Brought => {
      const result = carryOut(order);
      meta.hold(isHeld());
      return result;
    };
    if (order.do === 'begin') forgive();
    if (order.do !== 'apply' || !isUnread(order)) return within(work);
    return gather(countPut(order.changes), work);
  };
  /** Until all have been listed once, nobody is told what is here. */
  const isUnread = ({ changes }: Apply): boolean =>
    meta.syncedAt() === undefined && changes.every(({ kind }) => kind !== 'mark');

  const end = (): Brought => {
    endInspection();
    try {
      settle();
    } finally {
      db.close();
    }
    return {};
  };

  return {
    carryOut: (order) => {
      try {
        const brought = READING.has(order.do) ? carryOut(order) : write(order);
        const standing = meta.standing(losses.count(), losses.unasked());
        return {
          standing: { ...standing, ...(isSound && { isSound }) },
          ...entries.takeDone(),
          ...brought,
        };
      } catch (error) {
        entries.takeDone();
        throw error;
      }
    },
  };
}

/**
 * The version of a file's layout; 0: it has none yet.
 * @throws {DamagedError} where it is another one
 */
function ownVersion(db: DatabaseSync): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version !== 0 && version !== VERSION)
    throw new DamagedError(`it is of version ${version}, not ${VERSION}`);
  return version;
}

const countPut = (changes: readonly Change[]): number =>
  changes.reduce((sum, change) => sum + (change.kind === 'put' ? change.entries.length : 0), 0);
