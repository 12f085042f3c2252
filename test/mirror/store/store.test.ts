import { execFile } from 'node:child_process';
import { chmod, chown, open, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openThread } from '../../../src/mirror/store/thread.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../support/temporary.ts';
import {
  gone,
  listed,
  listing,
  MINUTE,
  type MirrorUnderTest,
  mark,
  openTestMirror,
  put,
} from '../world.ts';

let folder: TemporaryDirectory;
let opened: MirrorUnderTest | undefined;
beforeEach(async () => {
  folder = await makeTemporaryDirectory('mirror-store');
  opened = undefined;
});
afterEach(async () => {
  await opened?.stop();
  await folder.remove();
});

const ANN = 'ann@example.org';
const at = (name: string): string => join(folder.path, name);

const openAt = async (...[more, ...rest]: Parameters<typeof openTestMirror>) => {
  opened = await openTestMirror(
    { ...more, settings: { path: at('d.db'), ...more?.settings } },
    ...rest,
  );
  return opened;
};

test('the file and what lies beside it are its owner’s alone', async () => {
  const { tell } = await openAt();
  await tell(listing(listed(ANN)));
  const names = await readdir(folder.path);
  expect(names.toSorted()).toEqual(['d.db', 'd.db-shm', 'd.db-wal']);
  for (const name of names) expect((await stat(at(name))).mode & 0o777).toBe(0o600);
});

test('what was written is read again, and stands in before anything is told', async () => {
  const time = { now: 1_000_000 };
  const { tell, mirror } = await openAt({}, time);
  await tell(
    listing(listed(ANN, { spelling: 'Ann@example.org', logins: ['ann'], isForwarded: true })),
  );
  await mirror.stop();
  time.now += 60 * MINUTE;
  const { ask, begun } = await openAt({}, time);
  expect(await ask(ANN)).toMatchObject({
    status: 'found',
    stale: {},
    value: [{ address: ANN, spelling: 'Ann@example.org', logins: ['ann'], isForwarded: true }],
  });
  await opened?.tell([mark()]);
  expect(begun).toEqual(['c']);
});

test('under other settings it stands in, denies nobody, and all are listed anew', async () => {
  const time = { now: 1_000_000 };
  const settings = { denyFor: 600 * MINUTE };
  const { tell, mirror } = await openAt({ settings }, time);
  await tell(listing(listed(ANN)));
  await mirror.stop();
  const { ask, begun } = await openAt({ settings, fingerprint: 'g' }, time);
  expect(await ask(ANN)).toMatchObject({ status: 'found', stale: {} });
  expect(await ask('who@example.org')).toMatchObject({ status: 'unknown' });
  await opened?.tell(new Error('x'));
  expect(begun).toEqual([undefined, undefined]);
});

describe('a damaged file', () => {
  /** Changes one byte of the file, where `from` stands in it. */
  const flip = async (from: string): Promise<void> => {
    const file = await open(at('d.db'), 'r+');
    const bytes = await file.readFile();
    const place = bytes.indexOf(from);
    expect(place).toBeGreaterThanOrEqual(0);
    await file.write(Buffer.from([(bytes[place] ?? 0) ^ 1]), 0, 1, place);
    await file.close();
  };
  const leave = async (): Promise<void> => {
    const { tell, mirror } = await openAt();
    await tell(listing(listed(ANN, { id: 'the-id-of-ann' })));
    await mirror.stop();
  };

  test('is set aside where a byte of an entry is another, and all are listed anew', async () => {
    await leave();
    await flip('["the-id-of-ann');
    const { ask, tell, begun } = await openAt();
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
    await tell(listing(listed(ANN)));
    expect(await ask(ANN)).toMatchObject({ status: 'found', asked: false });
    expect(begun.at(-1)).toBeUndefined();
    expect(await readdir(folder.path)).toContain('d.db.damaged');
  });

  test.each([
    {
      what: 'what it says of itself',
      change: "UPDATE meta SET value = value + 1 WHERE name = 'syncedAt'",
    },
    { what: 'its version', change: 'PRAGMA user_version = 1' },
  ])('is set aside where $what is another', async ({ change }) => {
    await leave();
    const db = new DatabaseSync(at('d.db'));
    db.exec(change);
    db.close();
    const { ask, tell } = await openAt();
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
    await tell(listing(listed(ANN)));
    expect(await ask(ANN)).toMatchObject({ status: 'found', asked: false });
    expect(await readdir(folder.path)).toContain('d.db.damaged');
  });

  test.each([
    { what: 'is missing', change: "DELETE FROM holder WHERE address = 'ann@example.org'" },
    { what: 'is another', change: "UPDATE holder SET address = 'anm@example.org'" },
    {
      what: 'that was lost is missing',
      change: "DELETE FROM lost WHERE address = 'bob@example.org'",
    },
  ])('is set aside where an address $what, and nobody is denied till then', async ({ change }) => {
    const first = await openAt();
    await first.tell(listing(listed(ANN), listed('bob@example.org'), listed('c@example.org')));
    await first.tell([gone('bob@example.org'), mark()]);
    await first.mirror.stop();
    const db = new DatabaseSync(at('d.db'));
    db.exec(change);
    db.close();
    const { ask, tell, mirror, begun } = await openAt({ settings: { denyFor: MINUTE } });
    for (const each of [ANN, 'bob@example.org']) expect((await ask(each)).status).not.toBe('none');
    await tell([mark()]);
    await mirror.tick();
    await tell(listing(listed(ANN)));
    await tell([mark()]);
    expect(begun.at(-1)).toBeUndefined();
    expect(await readdir(folder.path)).toContain('d.db.damaged');
  });

  test('is set aside where it was sound a day ago, and is not any more', async () => {
    const { tell, mirror, ask, pass } = await openAt();
    await tell(listing(listed(ANN)));
    await mirror.tick();
    const db = new DatabaseSync(at('d.db'));
    db.exec("UPDATE holder SET address = 'anm@example.org'");
    db.close();
    await pass(24 * 60 * MINUTE);
    await tell(listing(listed(ANN)));
    await tell([mark()]);
    expect(await ask(ANN)).toMatchObject({ status: 'found', asked: false });
    expect(await readdir(folder.path)).toContain('d.db.damaged');
  });

  test('is set aside where it is no database', async () => {
    await writeFile(at('d.db'), 'x'.repeat(10_000), { mode: 0o600 });
    const { ask, tell } = await openAt();
    await tell(listing(listed(ANN)));
    expect(await ask(ANN)).toMatchObject({ status: 'found', asked: false });
    expect(await readdir(folder.path)).toContain('d.db.damaged');
  });

  test('is set aside where its head is another', async () => {
    await leave();
    await flip('SQLite format 3');
    const { tell, ask } = await openAt();
    await tell(listing(listed(ANN)));
    expect(await ask(ANN)).toMatchObject({ status: 'found', asked: false });
  });
});

describe('a file that is not ours alone is left as it is, and lookups ask the directory', () => {
  const isRoot = process.getuid?.() === 0;

  test.each([
    {
      what: 'others may read it',
      make: () => chmod(at('d.db'), 0o644),
      says: 'mode 0600 is right',
    },
    {
      what: 'others may write to its folder',
      make: () => chmod(folder.path, 0o777),
      says: 'chmod go-w',
    },
    ...(isRoot
      ? [
          {
            what: 'it is somebody else’s',
            make: () => chown(at('d.db'), 1234, 0),
            says: 'belongs to user 1234',
          },
        ]
      : []),
  ])('$what', async ({ make, says }) => {
    const { tell, mirror } = await openAt();
    await tell(listing(listed(ANN)));
    await mirror.stop();
    await make();
    const { ask, mirror: other } = await openAt({ retryMs: [60_000] });
    const until = Promise.withResolvers<void>();
    const timer = setInterval(() => other.status().fault !== undefined && until.resolve(), 1);
    await until.promise;
    clearInterval(timer);
    expect(other.status().fault).toContain(says);
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
  });

  test('it is a link', async () => {
    const { tell, mirror } = await openAt({ settings: { path: at('real.db') } });
    await tell(listing(listed(ANN)));
    await mirror.stop();
    await symlink(at('real.db'), at('d.db'));
    const { ask } = await openAt({ retryMs: [60_000] });
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
  });
});

test('a disk that is full keeps what was written, and nothing by halves', async () => {
  const script = join(import.meta.dirname, '../filling.ts');
  // So many KiB a file; no disk of ours has to be filled.
  const command = `ulimit -f 2000; exec "${process.execPath}" "${script}" "${at('d.db')}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command]);
  expect(JSON.parse(stdout)).toEqual(['kept', expect.stringMatching(/disk/), 'kept']);
  const db = new DatabaseSync(at('d.db'));
  expect(db.prepare('SELECT count(*) AS c FROM entry').get()).toEqual({ c: 12 });
  expect(db.prepare("SELECT value FROM meta WHERE name = 'cursor'").get()).toEqual({ value: 'c' });
  db.close();
});

test('where nothing can be written it falls out of step, and what is known stands in', async () => {
  const time = { now: 1_000_000 };
  const { tell, mirror } = await openAt({}, time);
  await tell(listing(listed(ANN)));
  await mirror.stop();
  const full = await openAt(
    {
      open: (options) => {
        const thread = openThread(options);
        return {
          close: () => thread.close(),
          give: (order) =>
            order.do === 'apply'
              ? Promise.reject(new Error('database or disk is full'))
              : thread.give(order),
        };
      },
    },
    time,
  );
  await full.tell([put(listed('bob@example.org')), mark()]);
  expect(full.mirror.status()).toMatchObject({
    isInStep: false,
    fault: 'database or disk is full',
  });
  expect(await full.ask(ANN)).toMatchObject({ status: 'found', stale: {}, asked: true });
  expect(await full.ask('bob@example.org')).toMatchObject({ status: 'unknown', asked: true });
});
