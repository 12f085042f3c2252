import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createMemories } from '../../src/daemon/memories.ts';
import type { Directory, Proof } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../support/scripted.ts';
import { SIZES } from '../support/world.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const config = (path: string): string => `
domains: { example.org: { directory: staff }, example.net: { directory: other } }
directories: { staff: { type: file, path: ${path} }, other: { type: file, path: ${path} } }
`;

/** A daemon whose directory `staff` gets another adapter at its first reload, which waits for `other` to open. */
async function startReplaced(former: ScriptedDirectory, next: ScriptedDirectory) {
  const opening = Promise.withResolvers<void>();
  const isOpening = Promise.withResolvers<void>();
  let opened = 0;
  const instance = await startInstance({
    config: config('a.yaml'),
    open: async (_settings, { name }) => {
      opened += 1;
      if (name === 'other' && opened > 2) {
        isOpening.resolve();
        await opening.promise;
      }
      return listingNone(opened > 2 ? next : former);
    },
  });
  return {
    ...instance,
    reload: () => instance.reload(config('b.yaml')),
    isOpening: isOpening.promise,
    open: () => opening.resolve(),
  };
}

const staffed = (...addresses: readonly string[]): ScriptedDirectory => {
  const directory = createScripted();
  employ(
    directory,
    addresses.map((address) => account(address)),
  );
  return directory;
};

describe('what the former adapter says', () => {
  test('while a reload opens another is not what counts after it: a none', async () => {
    const daemon = await startReplaced(createScripted(), staffed('ann@example.org'));
    const reloaded = daemon.reload();
    await daemon.isOpening;
    expect(await daemon.ask(...ANN)).toBe('NOTFOUND');
    daemon.open();
    expect(await reloaded).toBe(true);
    expect(await daemon.ask(...ANN)).toBe('OK ann@example.org');
  });

  test('while a reload opens another is not what counts after it: a found', async () => {
    const next = createScripted();
    const daemon = await startReplaced(staffed('ann@example.org'), next);
    const reloaded = daemon.reload();
    await daemon.isOpening;
    expect(await daemon.ask(...ANN)).toBe('OK ann@example.org');
    daemon.open();
    await reloaded;
    expect(await daemon.ask(...ANN)).toBe('NOTFOUND');
    expect(next.asked).toEqual(['ann@example.org']);
  });

  test('after the reload, to a search that began before it, is not kept', async () => {
    const former = createScripted();
    former.mode = 'slow';
    former.slowMs = 100;
    const next = staffed('ann@example.org');
    const daemon = await startReplaced(former, next);
    const late = daemon.ask('user-exists', 'ann+x@example.org');
    const reloaded = daemon.reload();
    daemon.open();
    await reloaded;
    await late;
    expect(await daemon.ask(...ANN)).toBe('OK ann@example.org');
  });

  test('stands in, stale, for the one that a reload puts in its place', async () => {
    const next = createScripted();
    next.mode = 'fails';
    const daemon = await startReplaced(staffed('ann@example.org'), next);
    await daemon.ask(...ANN);
    daemon.open();
    await daemon.reload();
    expect(await daemon.ask(...ANN)).toBe('OK ann@example.org');
  });
});

test('of tables that no map asks any more nothing is remembered after a reload', async () => {
  const by: Proof['by'] = 'content';
  const staff: Directory = {
    ...listingNone(createScripted()),
    table: () => async (key) =>
      key === 'k' ? { status: 'found', value: ['v'] } : none(by, 'scripted'),
  };
  const maps = (table: string): string => `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
cache: { file: memory }
maps: { m: { kind: table, directory: staff, table: ${table} } }
`;
  const { ask, command, reload, place } = await startInstance({
    config: maps('t0'),
    directories: { staff },
  });
  expect(await ask('m', 'k')).toBe('OK v');
  await reload(maps('t1'));
  expect(await ask('m', 'k')).toBe('OK v');
  await command('purge', { what: { address: 'who@example.org' } });
  const saved = await readFile(`${place}/memory`, 'utf8');
  expect(saved).toContain('"t1"');
  expect(saved).not.toContain('"t0"');
});

describe('memories', () => {
  test('hand a table that was dropped and is asked again a tenure of its new memory', async () => {
    const memories = createMemories(SIZES);
    const tenures = memories.open();
    tenures.begin();
    const first = tenures.table('t');
    expect(tenures.table('t')).toBe(first);
    memories.keepTables(new Set());
    expect(memories.tables.size).toBe(0);
    const second = tenures.table('t');
    expect(second).not.toBe(first);
    await second.depart(
      'k',
      async () => ({ status: 'found', value: ['v'] }),
      () => ({ askedAt: 0, goodUntil: 1, freshUntil: 1 }),
    );
    expect(memories.known()).toBe(1);
  });

  test('forget whoever is concerned by id or address, in tables too', async () => {
    const memories = createMemories(SIZES);
    const ann = account('ann@x.org', { id: '17' });
    memories.entries.restore({ key: 'ann@x.org', ageMs: 0, value: [ann] }, 0, 0);
    memories.entries.restore({ key: 'a@x.org', ageMs: 0, value: [ann] }, 0, 0);
    memories.entries.restore({ key: 'bob@x.org', ageMs: 0, value: [account('bob@x.org')] }, 0, 0);
    memories.open().table('t');
    for (const key of ['ann@x.org', 'bob@x.org'])
      memories.tables.get('t')?.restore({ key, ageMs: 0, value: ['17'] }, 0, 0);
    memories.changed({ ids: new Set(['17']), addresses: new Set(['ann@x.org']) });
    await new Promise(setImmediate);
    expect(memories.entries.keys()).toEqual(['bob@x.org']);
    expect(memories.tables.get('t')?.keys()).toEqual(['bob@x.org']);
  });

  test('forget whoever is at a domain, and what a table has of it', async () => {
    const memories = createMemories(SIZES);
    const know = (key: string, entry = account(key)): void =>
      memories.entries.restore({ key, ageMs: 0, value: [entry] }, 0, 0);
    know('ann@x.org');
    know('sales@y.org', account('bob@x.org', { aliases: ['sales@y.org'] }));
    know('bob@y.org');
    memories.open().table('t');
    for (const key of ['x.org', '.x.org', '@x.org', 'eve@x.org', 'y.org', 'xx.org'])
      memories.tables.get('t')?.restore({ key, ageMs: 0, value: ['v'] }, 0, 0);
    memories.changed({ ids: new Set(), addresses: new Set(), domains: new Set(['x.org']) });
    await new Promise(setImmediate);
    expect(memories.entries.keys()).toEqual(['bob@y.org']);
    expect(memories.tables.get('t')?.keys().toSorted()).toEqual(['xx.org', 'y.org']);
  });

  test('forget whoever holds an address besides, and all groups where these are concerned', async () => {
    const memories = createMemories(SIZES);
    const know = (key: string, entry = account(key)): void =>
      memories.entries.restore({ key, ageMs: 0, value: [entry] }, 0, 0);
    know('alias@x.org', account('ann@x.org', { aliases: ['alias@x.org'] }));
    know('other@x.org', account('own@x.org', { aliases: ['other@x.org', 'ann@x.org'] }));
    know('team@x.org', account('team@x.org', { kind: 'group' }));
    know('bob@x.org');
    memories.changed({ ids: new Set(), addresses: new Set(['ann@x.org']) });
    await new Promise(setImmediate);
    expect(memories.entries.keys().toSorted()).toEqual(['bob@x.org', 'team@x.org']);
    memories.changed({ ids: new Set(), addresses: new Set(['ann@x.org']), groups: 'all' });
    await new Promise(setImmediate);
    expect(memories.entries.keys()).toEqual(['bob@x.org']);
  });

  test('let tables that are opened after a change of size have it, too', () => {
    const memories = createMemories(SIZES);
    memories.resize({ found: 1, none: 2, unknown: 3 });
    memories.open().table('t');
    expect(memories.tables.get('t')?.sizes()).toMatchObject({
      found: { max: 1 },
      none: { max: 2 },
      unknown: { max: 3 },
    });
  });
});
