import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Stamp } from '../../clock.ts';
import type { Mark } from '../../directory/directory.ts';
import type { Standing } from './orders.ts';
import { DamagedError } from './rows.ts';
import { addTo } from './sums.ts';

/** The values that the file has beside its entries, by their names there. */
const NAMES = [
  'fingerprint',
  'cursor',
  'whole',
  'syncedAt',
  'nextMs',
  'tellsNew',
  'listedAt',
  'at',
  'stamp',
  'accounts',
  'groups',
  'addresses',
  'held',
  'holderSum',
  'lostSum',
  'check',
] as const;

const COUNTED = ['accounts', 'groups', 'addresses', 'holderSum', 'lostSum'] as const;

/**
 * What `tellsNew` is of a mark. That it lacks some has no name of its own: who may be there unlisted may be new, too, so no mark
 * says both; and a file with a name that its reader does not know is damaged to it, as after a step back to a former version.
 */
const TELLS_NEW = { no: 0, yes: 1, lacksSome: -1 } as const;

type Values = Map<(typeof NAMES)[number], string | number>;

/** What is counted as it is written: to count a million afterwards takes too long. */
interface Counts {
  accounts: number;
  groups: number;
  addresses: number;
  /** Of the rows of `holder` and `lost`: see `sums.ts`. */
  holderSum: number;
  lostSum: number;
}

/** What the file says of itself. */
export interface Meta {
  /** Reads it anew. */
  read(): void;
  /** A writer begins, by settings of this fingerprint: under others the file is no whole copy, and its cursor leads nowhere. */
  begin(fingerprint: string): void;
  mark(mark: Mark, now: number, stamp: Stamp): void;
  listed(now: number): void;
  forget(): void;
  count(what: keyof Counts, by: number): void;
  /** A row was written, or with less than nothing taken away. */
  sum(what: 'holderSum' | 'lostSum', by: number): void;
  hold(isHeld: boolean): void;
  total(): number;
  /** When all was known that the file says; absent: nothing was ever listed whole. */
  syncedAt(): number | undefined;
  standing(lost: number, unasked: number): Standing;
}

/**
 * Reads what a file says of itself.
 * @throws {DamagedError} where that is not what was written
 */
export function readMeta(db: DatabaseSync): Values {
  const known = new Set<string>(NAMES);
  const rows = db.prepare('SELECT name, value FROM meta').all();
  const isName = (name: string): name is (typeof NAMES)[number] => known.has(name);
  const values: Values = new Map();
  for (const { name, value } of rows)
    if (
      typeof name === 'string' &&
      isName(name) &&
      (typeof value === 'string' || typeof value === 'number')
    )
      values.set(name, value);
  if (values.size > 0 && values.get('check') !== checkOf(values))
    throw new DamagedError('what it says of itself is not as it was written');
  return values;
}

/** The checksum of all the others. */
export const checkOf = (values: ReadonlyMap<string, string | number>): number =>
  crc32(
    JSON.stringify(
      [...values]
        .filter(([name]) => name !== 'check')
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
  );

/** How a file stands that says this of itself. */
export function standingOf(values: Values, lost: number, unasked: number): Standing {
  const number = (name: (typeof NAMES)[number]): number | undefined => {
    const value = values.get(name);
    return typeof value === 'number' ? value : undefined;
  };
  const cursor = values.get('cursor');
  const syncedAt = number('syncedAt');
  const nextMs = number('nextMs');
  const listedAt = number('listedAt');
  const tellsNew = number('tellsNew');
  return {
    accounts: number('accounts') ?? 0,
    groups: number('groups') ?? 0,
    addresses: number('addresses') ?? 0,
    lost,
    unasked,
    isHeld: number('held') === 1,
    isWhole: number('whole') === 1,
    ...(tellsNew === TELLS_NEW.lacksSome && { lacksSome: true }),
    ...(listedAt !== undefined && { listedAt }),
    ...(syncedAt !== undefined && { syncedAt }),
    ...(typeof cursor === 'string' &&
      syncedAt !== undefined &&
      nextMs !== undefined && {
        progress: { cursor, syncedAt, nextMs, tellsNew: tellsNew === TELLS_NEW.yes },
      }),
  };
}

function newsOf({ tellsNew, lacksSome }: Mark): keyof typeof TELLS_NEW {
  if (lacksSome === true) return 'lacksSome';
  return tellsNew === true ? 'yes' : 'no';
}

/** Creates it over an open file. */
export function createMeta(db: DatabaseSync): Meta {
  const write = db.prepare('INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)');
  const erase = db.prepare('DELETE FROM meta WHERE name = ?');
  let values = readMeta(db);
  const counts: Counts = { accounts: 0, groups: 0, addresses: 0, holderSum: 0, lostSum: 0 };

  const read = (): void => {
    values = readMeta(db);
    for (const what of COUNTED) counts[what] = Number(values.get(what) ?? 0);
  };
  read();

  const set = (name: (typeof NAMES)[number], value: string | number): void => {
    if (values.get(name) === value) return;
    values.set(name, value);
    write.run(name, value);
  };
  const forget = (): void => {
    values.delete('cursor');
    erase.run('cursor');
  };

  return {
    read,
    begin: (fingerprint) => {
      if (values.get('fingerprint') === fingerprint) return;
      set('fingerprint', fingerprint);
      set('whole', 0);
      forget();
    },
    mark: (mark, now, stamp) => {
      set('cursor', mark.cursor);
      set('syncedAt', now - Math.max(0, mark.agoMs));
      set('nextMs', mark.nextMs);
      set('tellsNew', TELLS_NEW[newsOf(mark)]);
      set('at', now);
      set('stamp', JSON.stringify(stamp));
      set('whole', 1);
    },
    listed: (now) => set('listedAt', now),
    forget,
    count: (what, by) => {
      counts[what] += by;
    },
    sum: (what, by) => {
      counts[what] = addTo(counts[what], by);
    },
    hold: (isHeld) => {
      set('held', isHeld ? 1 : 0);
      for (const what of COUNTED) set(what, counts[what]);
      set('check', checkOf(values));
    },
    syncedAt: () => {
      const value = values.get('syncedAt');
      return typeof value === 'number' ? value : undefined;
    },
    total: () => counts.accounts + counts.groups,
    standing: (lost, unasked) => standingOf(values, lost, unasked),
  };
}
