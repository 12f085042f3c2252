import { DatabaseSync } from 'node:sqlite';
import { checkOf } from '../../../src/mirror/store/meta.ts';
import { addTo, readLost, sumOfLost } from '../../../src/mirror/store/sums.ts';

/** A daemon beside may write at the moment. */
const PATIENT = { timeout: 20_000 };

/** Lets time pass for a mirror's file that nobody has open; its checksums are right again afterwards. */
export function ageMirror(path: string, ms: number): void {
  const db = new DatabaseSync(path, PATIENT);
  const set = db.prepare('UPDATE meta SET value = ? WHERE name = ?');
  db.prepare("UPDATE meta SET value = value - ? WHERE name = 'syncedAt'").run(ms);
  const { value } = db.prepare("SELECT value FROM meta WHERE name = 'cursor'").get() ?? {};
  if (typeof value === 'string') set.run(ageCursor(value, ms), 'cursor');
  db.prepare('UPDATE lost SET known = known - ?').run(ms);
  const lost = db.prepare('SELECT * FROM lost').all().map(readLost);
  const sum = lost.reduce((before, row) => addTo(before, sumOfLost(row)), 0);
  set.run(sum, 'lostSum');
  const rows = db.prepare('SELECT name, value FROM meta').all();
  set.run(checkOf(new Map(rows.map(valueIn))), 'check');
  db.close();
}

/** A feed that only lists says by its cursor how old that is. */
const ageCursor = (cursor: string, ms: number): string =>
  JSON.stringify(JSON.parse(cursor), (key, value: unknown) =>
    ['at', 'upMs', 'listedAt'].includes(key) && typeof value === 'number' ? value - ms : value,
  );

const valueIn = ({ name, value }: Readonly<Record<string, unknown>>) =>
  [String(name), typeof value === 'number' ? value : String(value)] as const;

/** By which entries a mirror's file has an address; the daemon may have it open. */
export function holdersIn(path: string, address: string): readonly number[] {
  const db = new DatabaseSync(path, { ...PATIENT, readOnly: true });
  try {
    const rows = db.prepare('SELECT n FROM holder WHERE address = ? ORDER BY n').all(address);
    return rows.map(({ n }) => Number(n));
  } finally {
    db.close();
  }
}
