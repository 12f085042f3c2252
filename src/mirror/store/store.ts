import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Listed } from '../../directory/directory.ts';
import { HOW } from './losses.ts';
import { readMeta, standingOf } from './meta.ts';
import type { Standing } from './orders.ts';
import { DamagedError, decode, VERSION } from './rows.ts';
import type { Written } from './timeline.ts';

/** Reads a mirror's file, at once, while another thread writes it. */
export interface Store {
  /** Who holds an address, and who lost it of late, at one instant. */
  look(address: string): Look;
  /** Whom groups call so. */
  readonly named: (name: string) => readonly Listed[];
  /** An entry by its name in the feed, as it is written. */
  entryOf(ref: string): { readonly n: number; readonly text: string } | undefined;
  /** Those that come next by number. */
  entriesAfter(n: number, most: number): readonly { readonly n: number; readonly entry: Listed }[];
  standing(): Standing;
  /** When that was; absent: nothing was told yet. */
  written(): Written | undefined;
  fingerprint(): string | undefined;
  close(): void;
}

export interface Look {
  readonly entries: readonly Listed[];
  readonly lost: readonly Lost[];
}

/** What an address belonged to, and when that was known last. */
export interface Lost {
  readonly entry: Listed;
  readonly knownAt: number;
  /** The directory was asked, and shows somebody under it whom the feed has not told of. */
  readonly isElsewhere: boolean;
}

/** Beside what the system keeps of the file by itself. */
const CACHE_KIB = 32_768;

/**
 * Opens a file that a writer has made.
 * @throws {Error} a `DamagedError` where it is of another version
 */
export function openStore(path: string): Store {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 100 });
  try {
    return read(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The same; absent where it can't be read: whoever writes it tells of it, and sets it aside. */
export function tryOpenStore(path: string): Store | undefined {
  let store: Store | undefined;
  try {
    store = openStore(path);
    store.standing();
    return store;
  } catch {
    store?.close();
    return undefined;
  }
}

function read(db: DatabaseSync): Store {
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA query_only = 1;`);
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version !== VERSION)
    throw new DamagedError(`it is of version ${String(version)}, not ${VERSION}`);
  // One statement sees one instant: between two, a lost address may be somebody's again, and would be neither.
  const look = listing(
    db,
    `SELECT e.data, 0, 0 FROM holder h LEFT JOIN entry e ON e.n = h.n WHERE h.address = ?1
     UNION ALL SELECT data, known, asked FROM lost WHERE address = ?1`,
  );
  const named = listing(
    db,
    'SELECT e.data FROM name m LEFT JOIN entry e ON e.n = m.n WHERE m.name = ?',
  );
  const byRef = db.prepare('SELECT n, data FROM entry WHERE ref = ?');
  const after = db.prepare('SELECT n, data FROM entry WHERE n > ? ORDER BY n LIMIT ?');
  const lost = db.prepare(
    `SELECT count(DISTINCT ref) AS count FROM lost WHERE asked <> ${HOW.elsewhere}`,
  );

  return {
    look: (address) => {
      const rows = look(address);
      if (rows.length === 0) return NOBODY;
      const entries: Listed[] = [];
      const losses: Lost[] = [];
      for (const [data, knownAt, how] of rows) {
        if (knownAt === 0) entries.push(entryIn(data));
        else
          losses.push({
            entry: entryIn(data),
            knownAt: Number(knownAt),
            isElsewhere: how === HOW.elsewhere,
          });
      }
      return { entries, lost: losses };
    },
    named: (name) => named(name).map(([data]) => calledSo(entryIn(data), name)),
    entryOf: (ref) => {
      const row = byRef.get(ref);
      return row === undefined ? undefined : { n: Number(row['n']), text: String(row['data']) };
    },
    entriesAfter: (n, most) =>
      after.all(n, most).map((row) => ({ n: Number(row['n']), entry: entryIn(row['data']) })),
    standing: () => standingOf(readMeta(db), Number(lost.get()?.['count'] ?? 0), 0),
    written: () => writtenIn(readMeta(db)),
    fingerprint: () => {
      const value = readMeta(db).get('fingerprint');
      return value === undefined ? undefined : String(value);
    },
    close: () => db.close(),
  };
}

const NOBODY: Look = { entries: [], lost: [] };

/** Makes a question for rows as lists, which cost less than objects. */
function listing(db: DatabaseSync, text: string): (value: string) => readonly Row[] {
  const statement: StatementSync = db.prepare(text);
  statement.setReturnArrays(true);
  return (value) => statement.all(value).map(asList);
}

type Row = readonly unknown[];

/** The types of Node do not follow `setReturnArrays`. */
const asList = (row: unknown): Row => (Array.isArray(row) ? row : []);

/** A group's mail goes to nobody who is not called as it calls them. */
function calledSo(entry: Listed, name: string): Listed {
  if (!entry.names.includes(name))
    throw new DamagedError('an entry does not have the name that it stands under');
  return entry;
}

function entryIn(data: unknown): Listed {
  if (typeof data !== 'string')
    throw new DamagedError('an address belongs to an entry that is not there');
  return decode(data);
}

function writtenIn(values: ReturnType<typeof readMeta>): Written | undefined {
  const at = values.get('at');
  const text = values.get('stamp');
  if (typeof at !== 'number' || typeof text !== 'string') return undefined;
  return { at, stamp: JSON.parse(text) };
}
