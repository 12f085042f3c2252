import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import { LOWEST, niceOf } from '../../support/nice.ts';
import { plain } from '../../support/plain.ts';
import { openSqlForTest } from '../../support/sql/population.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';

const PATIENCE_MS = 20_000;

function write(file: string, addresses: readonly string[]): void {
  using database = new DatabaseSync(file);
  database.exec('CREATE TABLE users (address TEXT)');
  for (const address of addresses) database.prepare('INSERT INTO users VALUES (?)').run(address);
}

/** A directory of a file with these addresses; `account` is its statement. */
async function open(addresses: readonly string[], more: object = {}) {
  const place = await makeTemporaryDirectory('idpmap-sqlite');
  onTestFinished(() => place.remove());
  const path = join(place.path, 'users.sqlite');
  write(path, addresses);
  const directory = await openSqlForTest({
    type: 'sqlite',
    path,
    people: { account: "SELECT address FROM users WHERE address = '%s'" },
    statementTimeout: '5s',
    ...more,
  });
  return { directory, path, other: join(place.path, 'other.sqlite') };
}

const find = (directory: Directory, key: string) =>
  plain(directory).find(key, AbortSignal.timeout(PATIENCE_MS));

const knows = (directory: Directory, key: string, count: number) => () =>
  find(directory, key).then(
    (found) => found.length === count,
    () => false,
  );

test('a file that is replaced is opened anew', async () => {
  const { directory, path, other } = await open(['ann@x.org']);
  expect(await find(directory, 'ann@x.org')).toHaveLength(1);
  expect(await find(directory, 'bob@x.org')).toEqual([]);
  write(other, ['bob@x.org']);
  await rename(other, path);
  expect(await until(knows(directory, 'bob@x.org', 1), PATIENCE_MS)).toBe(true);
  expect(await until(knows(directory, 'ann@x.org', 0), PATIENCE_MS)).toBe(true);
});

test('what another process writes counts at once', async () => {
  const { directory, path } = await open(['ann@x.org']);
  expect(await find(directory, 'bob@x.org')).toEqual([]);
  using database = new DatabaseSync(path);
  database.exec("INSERT INTO users VALUES ('bob@x.org')");
  expect(await find(directory, 'bob@x.org')).toHaveLength(1);
});

test('nobody is absent from a file that was replaced and not opened yet', async () => {
  const { directory, path, other } = await open(['ann@x.org']);
  expect(await find(directory, 'ann@x.org')).toHaveLength(1);
  write(other, ['ann@x.org', 'bob@x.org']);
  await rename(other, path);
  const found = await find(directory, 'bob@x.org').catch(() => 'unknown');
  expect(found).not.toEqual([]);
});

test.each<[string, (path: string) => Promise<void>]>([
  ['gone', (path) => rm(path)],
  ['empty', (path) => writeFile(`${path}.new`, '').then(() => rename(`${path}.new`, path))],
  [
    'no database',
    (path) => writeFile(`${path}.new`, 'x'.repeat(5000)).then(() => rename(`${path}.new`, path)),
  ],
])('nobody is absent from a file that is %s, and it recovers', async (_, spoil) => {
  const { directory, path, other } = await open(['ann@x.org']);
  await copyFile(path, other);
  expect(await find(directory, 'eve@x.org')).toEqual([]);
  await spoil(path);
  for (let i = 0; i < 5; i++) {
    const found = await find(directory, 'eve@x.org').catch(() => 'unknown');
    expect(found).toBe('unknown');
  }
  await rename(other, path);
  expect(await until(knows(directory, 'eve@x.org', 0), PATIENCE_MS)).toBe(true);
});

test('a table that was emptied is doubted until an administrator says so', async () => {
  const { directory, path } = await open(['ann@x.org'], { canary: 'post@x.org' });
  using database = new DatabaseSync(path);
  database.exec("INSERT INTO users VALUES ('post@x.org')");
  expect(await find(directory, 'eve@x.org')).toEqual([]);
  database.exec('DELETE FROM users');
  await expect(find(directory, 'eve@x.org')).rejects.toMatchObject({ kind: 'doubt' });
  database.exec("INSERT INTO users VALUES ('post@x.org')");
  expect(await find(directory, 'eve@x.org')).toEqual([]);
});

const LOCK =
  "const { DatabaseSync } = require('node:sqlite'); const database = new DatabaseSync(process.argv[1]); database.exec('BEGIN EXCLUSIVE'); console.log('locked'); process.stdin.resume();";

/** Locks a file in another process: a lock of this one ends when any descriptor of the file is closed in it (POSIX). */
async function lockElsewhere(path: string): Promise<() => Promise<void>> {
  const holder = spawn(process.execPath, ['--eval', LOCK, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill());
  await once(holder.stdout, 'data');
  return async () => {
    holder.kill();
    await once(holder, 'exit');
  };
}

test('a file that somebody locks is a fault for as long', async () => {
  const { directory, path } = await open(['ann@x.org']);
  expect(await find(directory, 'eve@x.org')).toEqual([]);
  const unlock = await lockElsewhere(path);
  await expect(find(directory, 'eve@x.org')).rejects.toMatchObject({ kind: 'timeout' });
  await unlock();
  expect(await until(knows(directory, 'eve@x.org', 0), PATIENCE_MS)).toBe(true);
});

test('a slow statement stops nobody else, and is given up', async () => {
  const slow =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 40000000) SELECT max(n) FROM c WHERE '%s' <> ''";
  const { directory } = await open(['ann@x.org'], {
    tables: { slow: { query: slow } },
    statementTimeout: '200ms',
  });
  expect(await find(directory, 'ann@x.org')).toHaveLength(1);
  const slowly = plain(directory).table?.({ table: 'slow' })('x', AbortSignal.timeout(PATIENCE_MS));
  const refused = slowly?.catch((error: unknown) => error);
  expect(await find(directory, 'ann@x.org')).toHaveLength(1);
  expect(await refused).toMatchObject({ kind: 'timeout' });
});

test('endless statements block nobody, and leave nothing at work', async () => {
  const endless =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c WHERE '%s' <> ''";
  const { directory } = await open(['ann@x.org'], {
    tables: { endless: { query: endless } },
    statementTimeout: '100ms',
  });
  const ask = plain(directory).table?.({ table: 'endless' });
  const asked = Array.from({ length: 6 }, async (_, i) =>
    ask?.(`x${i}`, AbortSignal.timeout(PATIENCE_MS)).catch(() => 'unknown'),
  );
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['unknown']));
  expect(await until(knows(directory, 'ann@x.org', 1), PATIENCE_MS)).toBe(true);
  expect(await until(knows(directory, 'eve@x.org', 0), PATIENCE_MS)).toBe(true);
  await directory.close();
  expect(await until(async () => (await readers()) === 0, PATIENCE_MS)).toBe(true);
});

test('nothing is left at work where the daemon is killed amid an endless statement', async () => {
  const { path } = await open(['ann@x.org']);
  const daemon = spawn(process.execPath, ['--input-type=module', '--eval', ENDLESSLY, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void daemon.kill('SIGKILL'));
  await once(daemon.stdout, 'data');
  const left = await readersOf(daemon.pid ?? 0);
  onTestFinished(async () => {
    for (const pid of left) if (await isAtWork(pid)) process.kill(Number(pid), 'SIGKILL');
  });
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  const areAtWork = async () => (await Promise.all(left.map(isAtWork))).includes(true);
  expect(left).toHaveLength(1);
  expect(await until(async () => !(await areAtWork()), PATIENCE_MS)).toBe(true);
});

test('the process that reads for a feed gives way, and no other does', async () => {
  const { directory } = await open(['ann@x.org'], {
    connections: 2,
    people: {
      account: "SELECT address FROM users WHERE address = '%s'",
      listAccounts: 'SELECT address AS id, address FROM users',
    },
    mirror: { path: '/nonexistent/never-opened.db' },
  });
  const isOpen = async () => (await readersOf(process.pid)).length === 2;
  expect(await until(isOpen, PATIENCE_MS)).toBe(true);
  const life = new AbortController();
  const told = directory.follow?.(undefined, life.signal)[Symbol.asyncIterator]();
  await told?.next();
  const pids = await readersOf(process.pid);
  const nices = await Promise.all(pids.map((pid) => niceOf(`/proc/${pid}/stat`)));
  const own = await niceOf('/proc/self/stat');
  const lower = Math.min(own + 10, LOWEST);
  expect(nices.toSorted((one, other) => one - other)).toEqual([own, own, lower]);
  life.abort();
  await told?.return?.(undefined);
});

const isAtWork = async (pid: string) => /sqlite\/reader\./.test(await commandOf(pid));

/** Asks a reader what never ends. */
const ENDLESSLY = `
  import { startReader } from '${import.meta.resolve('../../../src/directory/sqlite/process.ts')}';
  const reader = await startReader(process.argv[1], 'sqlite', new AbortController().signal, 'lookups');
  await reader.run('SELECT 1', []);
  reader.run('WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c', []);
  setInterval(() => {}, 60_000);
  console.log('asked');
`;

/** Processes that we have started and that read a file. */
const readers = async (): Promise<number> => (await readersOf(process.pid)).length;

async function readersOf(parent: number): Promise<readonly string[]> {
  const own = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const pids = own.trim().split(' ');
  const lines = await Promise.all(pids.map(commandOf));
  return pids.filter((_, i) => lines[i]?.includes('sqlite/reader.'));
}

/** Nothing where it has ended. */
const commandOf = (pid: string): Promise<string> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
