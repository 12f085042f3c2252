import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressesOf, decode } from '../../src/mirror/store/rows.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory('mirror-killed');
});
afterEach(() => folder.remove());

test('it survives being killed at any moment: whole, no half batch, no mark ahead of its content', {
  timeout: 120_000,
}, async () => {
  const path = join(folder.path, 'd.db');
  let rounds = 0;
  for (let i = 0; i < 25; i++) {
    const child = spawn(process.execPath, [
      join(import.meta.dirname, 'writing.ts'),
      path,
      String(rounds),
    ]);
    await once(child.stdout, 'data');
    // As soon as it writes, or some time later: each kill at another moment of a batch.
    await delay((i * 7) % 60);
    child.kill('SIGKILL');
    await once(child, 'exit');
    rounds = checkFile(path);
  }
  expect(rounds).toBeGreaterThan(0);
});

/** Looks at a copy as whoever finds it would. Gives the round after the last one. */
function checkFile(path: string): number {
  const db = new DatabaseSync(path);
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const orphans = db
    .prepare('SELECT count(*) AS c FROM holder h LEFT JOIN entry e ON e.n = h.n WHERE e.n IS NULL')
    .get();
  expect(orphans?.['c']).toBe(0);
  const entries = db
    .prepare('SELECT n, data FROM entry')
    .all()
    .map(({ n, data }) => ({ n, entry: decode(String(data)) }));
  const held = db.prepare('SELECT address FROM holder WHERE n = ? ORDER BY address');
  for (const { n, entry } of entries)
    expect(held.all(Number(n)).map(({ address }) => address)).toEqual(
      [...addressesOf(entry)].toSorted(),
    );
  const written = new Set(entries.flatMap(({ entry }) => entry.logins));
  const cursor = db.prepare("SELECT value FROM meta WHERE name = 'cursor'").get()?.['value'];
  // All of one round, and that of the mark.
  expect([...written]).toEqual(cursor === undefined ? [] : [`r${String(cursor)}`]);
  db.close();
  return cursor === undefined ? 0 : Number(cursor) + 1;
}
