import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 20_000;

/** A file of SQLite on a disk of its own, which can be filled to its last byte. */
async function openOnDisk(mode: 'delete' | 'wal') {
  const place = await makeTemporaryDirectory('idpmap-full');
  onTestFinished(() => place.remove());
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', place.path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', place.path]));
  const [path, elsewhere] = [join(place.path, 'users.sqlite'), `${place.path}.sqlite`];
  const database = new DatabaseSync(elsewhere);
  database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE users (address TEXT, rank INTEGER)`);
  for (let i = 0; i < 500; i++)
    database.prepare('INSERT INTO users VALUES (?, ?)').run(`u${i}@x.org`, i);
  database.close();
  copyFileSync(elsewhere, path);
  execFileSync('rm', [elsewhere]);
  return {
    path,
    fill: () => {
      try {
        writeFileSync(join(place.path, 'ballast'), Buffer.alloc(2 ** 21));
      } catch {
        // That is what it is for.
      }
    },
    empty: () => void execFileSync('rm', [join(place.path, 'ballast')]),
  };
}

describeWith(['root'], 'a file of SQLite on a disk that is full', () => {
  test.each(['delete', 'wal'] as const)('denies nobody, and recovers: %s', async (mode) => {
    const { path, fill, empty } = await openOnDisk(mode);
    const section = {
      type: 'sqlite',
      path,
      // It has to sort, for which SQLite likes to write.
      people: {
        account: "SELECT DISTINCT address FROM users WHERE address = '%s' ORDER BY rank, address",
      },
      statementTimeout: '5s',
    };
    fill();
    const directory = plain(await openSqlForTest(section));
    const find = (key: string) =>
      directory.find(key, AbortSignal.timeout(PATIENCE_MS)).then(
        (entries) => entries.length,
        () => 'unknown',
      );
    // Whoever is there is found, or it is a fault; nobody of them is denied.
    for (const key of ['u1@x.org', 'u499@x.org']) expect([1, 'unknown']).toContain(await find(key));
    empty();
    expect(await until(async () => (await find('u1@x.org')) === 1, PATIENCE_MS)).toBe(true);
    expect(await until(async () => (await find('eve@x.org')) === 0, PATIENCE_MS)).toBe(true);
    fill();
    for (const key of ['u2@x.org', 'u498@x.org']) expect([1, 'unknown']).toContain(await find(key));
  });
});
