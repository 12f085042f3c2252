import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Fault } from '../../../src/directory/directory.ts';
import { makePlace, openPlace, openWith, people, write } from './fixture.ts';

// Each load starts a process.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();

test('an edit in place counts', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await writeFile(join(place, 'people.yaml'), people('ann', 'bob'));
  await told.loaded();
  expect(await directory.find('bob@example.org', signal)).toHaveLength(1);
});

test('edits by renaming count, one after the other', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  for (const name of ['bob', 'cid', 'dan', 'eve']) {
    await write(place, people('ann', name));
    await told.loaded();
    expect(await directory.find(`${name}@example.org`, signal)).toHaveLength(1);
  }
});

/** Puts `text` in place as the kubelet does for a ConfigMap. */
async function swapData(place: string, version: string, text: string): Promise<void> {
  await mkdir(join(place, version));
  await write(join(place, version), text);
  await symlink(version, join(place, '..data_tmp'));
  await rename(join(place, '..data_tmp'), join(place, '..data'));
}

test('swaps of a ConfigMap count, one after the other', async () => {
  const place = await makePlace();
  await swapData(place, '..2026_0', people('ann'));
  await symlink('..data/people.yaml', join(place, 'people.yaml'));
  const { directory, told } = openPlace(place);
  await told.loaded();
  for (const [i, name] of ['bob', 'cid', 'dan', 'eve'].entries()) {
    await swapData(place, `..2026_${i + 1}`, people('ann', name));
    await rm(join(place, `..2026_${i}`), { recursive: true });
    await told.loaded();
    expect(await directory.find(`${name}@example.org`, signal)).toHaveLength(1);
  }
});

test('an edit that is not heard of is polled for', async () => {
  const elsewhere = await makePlace();
  const place = await makePlace();
  await write(elsewhere, people('ann'));
  await symlink(join(elsewhere, 'people.yaml'), join(place, 'people.yaml'));
  const { directory, told } = openPlace(place, {}, { pollMs: 5 });
  await told.loaded();
  await writeFile(join(elsewhere, 'people.yaml'), people('ann', 'bob'));
  await told.loaded();
  expect(await directory.find('bob@example.org', signal)).toHaveLength(1);
});

test('a broken edit keeps the last good content', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await write(place, `${people('ann')}  - { addres: bob@example.org }\n`);
  expect((await told.next('error')).message).toBe(
    'people.yaml:3:7: accounts[1].addres: unknown key, did you mean "address"?; known people are served, mail for others waits',
  );
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
  expect(directory.figures).toMatchObject({ loads: 1, failures: 1 });
});

test('a broken edit that is mended counts', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await write(place, 'accounts: [');
  await told.next('error');
  await write(place, people('ann', 'bob'));
  await told.loaded();
  expect(await directory.find('bob@example.org', signal)).toHaveLength(1);
});

test('a file that goes away keeps the last good content', async () => {
  const { place, directory, told } = await openWith(people('ann'));
  await rm(join(place, 'people.yaml'));
  expect((await told.next('error')).message).toBe(
    "people.yaml can't be read: there is no such file; known people are served, mail for others waits",
  );
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
});

test('an edit that loses too many accounts is held and told', async () => {
  const { place, directory, told } = await openWith(people('ann', 'bob', 'cid'));
  await write(place, people('ann'));
  expect((await told.next('error')).message).toBe(
    'people.yaml would lose 2 of 3 accounts (the guard allows 50 %): mend it, or run "idpmap accept staff"',
  );
  expect(await directory.find('bob@example.org', signal)).toHaveLength(1);
  expect(directory.figures).toMatchObject({ loads: 1, failures: 0, held: 1, accounts: 3 });
});

test('what is held counts when it is accepted', async () => {
  const { place, directory, told } = await openWith(people('ann', 'bob', 'cid'));
  await write(place, people('ann'));
  await told.next('error');
  expect(directory.accept()).toBe(
    'people.yaml taken (accounts: 1, groups: 0), it lost 2 of 3 accounts (the guard allows 50 %)',
  );
  await told.loaded();
  expect(await directory.find('bob@example.org', signal)).toEqual([]);
  expect(directory.figures).toMatchObject({ loads: 2, held: 0, accounts: 1 });
});

test('nobody is denied whom only the held edit knows', async () => {
  const { place, directory, told } = await openWith(people('ann', 'bob', 'cid'));
  await write(place, people('dan'));
  await told.next('error');
  await expect(directory.find('dan@example.org', signal)).rejects.toThrow(
    new Fault('entry', 'only the edit that the guard holds has this'),
  );
  expect(await directory.find('eve@example.org', signal)).toEqual([]);
});

test('accepting where nothing is held does nothing', async () => {
  const { directory } = await openWith(people('ann'));
  expect(directory.accept()).toBeUndefined();
});

test('a later good edit clears what was held', async () => {
  const { place, directory, told } = await openWith(people('ann', 'bob', 'cid'));
  await write(place, people('ann'));
  await told.next('error');
  await write(place, people('ann', 'bob', 'dan'));
  await told.loaded();
  expect(directory.accept()).toBeUndefined();
  expect(directory.figures.held).toBe(0);
});

test('an edit that is taken back clears what was held', async () => {
  const { place, directory, told } = await openWith(people('ann', 'bob', 'cid'));
  await told.next('info');
  await told.next('info');
  await write(place, people('ann'));
  await told.next('error');
  await write(place, people('ann', 'bob', 'cid'));
  expect((await told.next('info')).message).toBe('people.yaml is again as it was loaded');
  expect(directory.accept()).toBeUndefined();
});

test('lookups lose nobody while the file is edited', async () => {
  const { place, directory, told } = await openWith(people('ann', 'v0'));
  const edits = new AbortController();
  let asked = 0;
  const missed: string[] = [];
  async function lookUp(): Promise<void> {
    while (!edits.signal.aborted || asked < 10_000) {
      if ((await directory.find('ann@example.org', signal)).length !== 1) missed.push('ann');
      if (++asked % 20 === 0) await new Promise(setImmediate);
    }
  }
  const lookups = lookUp();
  for (let i = 1; i <= 20; i++) {
    await writeFile(join(place, 'people.yaml'), people('ann', `v${i}`));
    await told.loaded();
  }
  edits.abort();
  await lookups;
  expect(missed).toEqual([]);
  expect(directory.figures.loads).toBe(21);
});
