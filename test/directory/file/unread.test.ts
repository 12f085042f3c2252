import { execFile } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openWith, people, write } from './fixture.ts';

// Each load starts a process.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const NEW = people('ann', 'new');
const pathIn = (place: string): string => join(place, 'people.yaml');

/** Puts something else in the place of the file. */
async function replace(place: string, make: (path: string) => Promise<unknown>): Promise<void> {
  await make(join(place, '.other'));
  await rename(pathIn(place), join(place, '.former'));
  await rename(join(place, '.other'), pathIn(place));
}

const isRoot = process.getuid?.() === 0;

/** What makes the newest content unknown, and how it is told. */
const FAULTS: readonly (readonly [string, (place: string) => Promise<unknown>, RegExp])[] = [
  [
    'has a slip',
    (place) => write(place, `${NEW}  - { adress: x@example.org }\n`),
    /:4:7: accounts\[2\]\.adress: unknown key, did you mean "address"/,
  ],
  [
    'is cut inside a quoted scalar',
    (place) => write(place, `${people('ann')}  - { address: "new@exam`),
    /:3:\d+: /,
  ],
  [
    'is cut JSON',
    (place) => write(place, '{"accounts":[{"address":"ann@example.org"},{"address":"new@e'),
    /:1:\d+: /,
  ],
  [
    'is UTF-16',
    (place) => writeFile(pathIn(place), Buffer.from(`\ufeff${NEW}`, 'utf16le')),
    /is not UTF-8/,
  ],
  [
    'has a tab where YAML bears none',
    (place) => write(place, `accounts:\n\t- address: new@example.org\n`),
    /:2:\d+: /,
  ],
  [
    'holds two documents',
    (place) => write(place, `${people('ann')}---\n${NEW}`),
    /a second document/,
  ],
  ['is gone', (place) => rm(pathIn(place)), /there is no such file/],
  [
    'is gone with its directory',
    (place) =>
      rename(place, `${place}.away`).then(() =>
        onTestFinished(() => rm(`${place}.away`, { recursive: true })),
      ),
    /there is no such file/,
  ],
  ['is a directory', (place) => replace(place, (path) => mkdir(path)), /it is not a file/],
  [
    'is a pipe',
    (place) => replace(place, (path) => promisify(execFile)('mkfifo', [path])),
    /it is not a file/,
  ],
  ['is a socket', (place) => replace(place, listenAt), /it is not a file/],
  [
    'is a device',
    (place) => replace(place, (path) => symlink('/dev/null', path)),
    /it is not a file/,
  ],
  [
    'is a circle of links',
    (place) => replace(place, (path) => symlink(pathIn(place), path)),
    /lead in a circle/,
  ],
  [
    'is a link that leads nowhere',
    (place) => replace(place, (path) => symlink('away', path)),
    /there is no such file/,
  ],
  [
    'is larger than any people file',
    (place) => truncate(pathIn(place), 2 ** 29),
    /536870912 bytes/,
  ],
];

async function listenAt(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

test.each(FAULTS)(
  'a file that %s is doubt: known people are found, nobody is denied',
  async (_, harm, reason) => {
    const { place, directory, told } = await openWith(people('ann'));
    await harm(place);
    expect((await told.next('error')).message).toMatch(reason);
    expect((await told.next('changed')).fields).toEqual({ loads: 1 });
    expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
    await expect(directory.find('new@example.org', signal)).rejects.toMatchObject({
      kind: 'doubt',
      message: expect.stringMatching(reason),
    });
    expect(directory.figures).toMatchObject({ unread: 1, loads: 1 });
  },
);

test.each(FAULTS)('a file that %s counts again as soon as it is mended', async (_, harm) => {
  const { place, directory, told } = await openWith(people('ann'));
  await harm(place);
  await told.next('error');
  await mkdir(place, { recursive: true });
  await rm(pathIn(place), { recursive: true, force: true });
  await write(place, NEW);
  await told.loaded();
  expect(await directory.find('new@example.org', signal)).toHaveLength(1);
  expect(await directory.find('stranger@example.org', signal)).toEqual([]);
  expect(directory.figures).toMatchObject({ unread: 0, loads: 2 });
});

test.skipIf(isRoot)('a file without permission is doubt until it has it again', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await chmod(pathIn(place), 0);
  expect((await told.next('error')).message).toMatch(/user id \d+ has no permission, let it read/);
  await expect(directory.find('new@example.org', signal)).rejects.toMatchObject({ kind: 'doubt' });
  await chmod(pathIn(place), 0o644);
  await told.next('changed');
  await told.next('changed');
  await told.next('changed');
  expect(await directory.find('new@example.org', signal)).toEqual([]);
});

test('what is put back as it was is known again', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await rename(pathIn(place), join(place, '.former'));
  await told.next('error');
  await rename(join(place, '.former'), pathIn(place));
  await told.next('changed');
  await told.next('changed');
  expect(await directory.find('new@example.org', signal)).toEqual([]);
  expect(directory.figures).toMatchObject({ unread: 0, loads: 1 });
});

test('a file that lost its content to a full disk is held', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await truncate(pathIn(place), 0);
  expect((await told.next('error')).message).toContain('would lose 1 of 1 accounts');
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
});

test('a byte order mark is no fault', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await write(place, `\ufeff${NEW}`);
  await told.loaded();
  expect(await directory.find('new@example.org', signal)).toHaveLength(1);
});

const REST = `
accounts:
  - { address: ann@example.org }
  - { address: cy@example.org, enabled: false }
groups:
  - { address: team@example.org, members: [ann@example.org] }
  - { address: empty@example.org, members: [] }
domains: [example.org]
tables: { t: { k: v } }
`;

test('of a broken file tables and domains are the last good ones, and no row is denied', async () => {
  const { place, directory, told } = await openWith(REST, { listDomains: true });
  await write(place, 'accounts: [');
  await told.next('error');
  const ask = directory.table?.({ table: 't' });
  expect(await ask?.('k', signal)).toEqual(['v']);
  await expect(ask?.('other', signal)).rejects.toMatchObject({ kind: 'doubt' });
  expect(await directory.domains?.(signal)).toEqual(['example.org']);
  expect(await directory.find('team@example.org', signal)).toHaveLength(1);
});

test.each(['cy@example.org', 'empty@example.org'])(
  'of a broken file %s, whose mail would be refused, is in doubt as well',
  async (address) => {
    const { place, directory, told } = await openWith(REST);
    expect(await directory.find(address, signal)).toHaveLength(1);
    await write(place, 'accounts: [');
    await told.next('error');
    await expect(directory.find(address, signal)).rejects.toMatchObject({ kind: 'doubt' });
  },
);

test('whoever a held edit enables, or gives a row, is in doubt', async () => {
  const { place, directory, told } = await openWith(REST, { guard: 0 });
  await write(place, 'accounts: [{ address: cy@example.org }]\ntables: { t: { j: v } }\n');
  await told.next('error');
  await told.next('changed');
  await expect(directory.find('cy@example.org', signal)).rejects.toMatchObject({ kind: 'entry' });
  const ask = directory.table?.({ table: 't' });
  await expect(ask?.('j', signal)).rejects.toMatchObject({ kind: 'entry' });
  expect(await ask?.('other', signal)).toEqual([]);
  expect(await directory.find('empty@example.org', signal)).toHaveLength(1);
  expect(await directory.find('nobody@example.org', signal)).toEqual([]);
});

test('a held edit that breaks is dropped, and everybody else is in doubt', async () => {
  const { place, directory, told } = await openWith(people('ann', 'bob', 'cid'));
  await write(place, people('ann'));
  await told.next('error');
  await write(place, 'accounts: [');
  await told.next('error');
  expect(directory.accept()).toBeUndefined();
  await expect(directory.find('new@example.org', signal)).rejects.toMatchObject({ kind: 'doubt' });
});
