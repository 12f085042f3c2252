import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Fault } from '../../../src/directory/directory.ts';
import type { PlainFile } from './fixture.ts';
import { makePlace, openPlace, openWith, people, write } from './fixture.ts';

// Each load starts a process.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();

test('the first question waits for the first reading', async () => {
  const place = await makePlace();
  await write(place, people('ann'));
  const { directory } = openPlace(place);
  expect(await directory.find('ann@example.org', signal)).toMatchObject([
    { id: 'ann@example.org' },
  ]);
});

test.each([
  [
    'a question',
    (directory: PlainFile, gone: AbortSignal) => directory.find('ann@example.org', gone),
  ],
  ['a probe', (directory: PlainFile, gone: AbortSignal) => directory.probe(gone)],
  [
    'a table',
    (directory: PlainFile, gone: AbortSignal) => directory.table?.({ table: 't' })('x', gone),
  ],
])('%s whose time is up before the first reading hears that it is starting', async (_, ask) => {
  const { directory } = openPlace(await makePlace(), {}, { settleMs: 60_000, restMs: 60_000 });
  const leaving = new AbortController();
  const asked = ask(directory, leaving.signal);
  leaving.abort();
  await expect(asked).rejects.toThrow(new Fault('starting', 'the file has not been read yet'));
});

test('a question that waits when the directory closes hears of the shutdown', async () => {
  const { directory } = openPlace(await makePlace(), {}, { settleMs: 60_000, restMs: 60_000 });
  const asked = directory.find('ann@example.org', signal);
  await directory.close();
  await expect(asked).rejects.toMatchObject({ kind: 'shutdown' });
});

test('a closed directory answers nothing', async () => {
  const { directory } = await openWith(people('ann'));
  await directory.close();
  await expect(directory.probe(signal)).rejects.toMatchObject({ kind: 'shutdown' });
});

test('figures count what was loaded', async () => {
  const { directory } = await openWith(
    `${people('ann', 'bob')}groups: [{ address: t@example.org, members: [] }]`,
  );
  expect(directory.figures).toEqual({
    loads: 1,
    failures: 0,
    held: 0,
    unread: 0,
    accounts: 2,
    groups: 1,
  });
});

test('aliases in doubt are told when the file is loaded', async () => {
  const { told } = await openWith(
    'accounts:\n- { address: a@b.example, aliases: [x@b.example], id: 1 }\n- { address: c@b.example, aliases: [x@b.example], id: 2 }',
  );
  expect((await told.next('warn')).fields).toMatchObject({
    doubts: [
      'two accounts (ids 1, 2) hold this alias: leave it to one of them, or set sharedAliases',
    ],
  });
});

test('domains are listed where the settings say so', async () => {
  const { directory } = await openWith('domains: [a.example]\nopen: [b.example]', {
    listDomains: true,
  });
  expect(await directory.domains?.(signal)).toEqual(['a.example', 'b.example']);
});

test('domains are not listed where the settings do not say so', async () => {
  const { directory } = await openWith('domains: [a.example]');
  expect(directory).not.toHaveProperty('domains');
});

test('a table answers', async () => {
  const { directory } = await openWith('tables: { t: { k: [v, w] } }');
  expect(await directory.table?.({ table: 't' })('k', signal)).toEqual(['v', 'w']);
});

test('a file that is not there is a fault of the directory', async () => {
  const { directory, told } = openPlace(await makePlace());
  await told.next('error');
  await expect(directory.find('ann@example.org', signal)).rejects.toThrow(
    new Fault('directory', "people.yaml can't be read: there is no such file"),
  );
});

test('a file that comes late, with its directory, is read and heard of', async () => {
  const place = join(await makePlace(), 'later');
  const { directory, told } = openPlace(place);
  await told.next('error');
  await mkdir(place);
  for (const name of ['bob', 'cid', 'dan', 'eve']) {
    await write(place, people('ann', name));
    await told.loaded();
  }
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
});

test('a file that comes late is read', async () => {
  const place = await makePlace();
  const { directory, told } = openPlace(place);
  await told.next('error');
  await write(place, people('ann'));
  await told.loaded();
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
});

test('a directory in place of the file is a fault', async () => {
  const place = await makePlace();
  await mkdir(join(place, 'people.yaml'));
  const { told } = openPlace(place);
  expect((await told.next('error')).message).toBe(
    "people.yaml can't be read: it is not a file; nobody is known yet",
  );
});

test('a file that is broken at the start is a fault that says where', async () => {
  const place = await makePlace();
  await write(place, 'open: [a]\nopne: []\naccounts: x\n');
  const { directory, told } = openPlace(place);
  expect((await told.next('error')).fields).toMatchObject({
    directory: 'staff',
    problems: [
      'people.yaml:3:1: accounts: is not a list but a single value',
      'people.yaml:2:1: opne: unknown key, did you mean "open"?',
    ],
  });
  await expect(directory.probe(signal)).rejects.toThrow(
    new Fault(
      'directory',
      'people.yaml:3:1: accounts: is not a list but a single value (and 1 more, see the log)',
    ),
  );
});

test('a file that is empty at the start proves nobody absent', async () => {
  const place = await makePlace();
  await write(place, '');
  const { directory, told } = openPlace(place);
  await told.next('error');
  await expect(directory.find('ann@example.org', signal)).rejects.toThrow(
    new Fault(
      'doubt',
      'people.yaml would lose everybody (it is empty): mend it, or run "idpmap accept staff"',
    ),
  );
});
