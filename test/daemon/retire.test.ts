import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { listingNone, STAFF, startInstance } from '../support/instance.ts';
import { createScripted } from '../support/scripted.ts';

const TWO = `
domains: { example.org: { directory: staff }, example.net: { directory: other } }
directories: { staff: { type: file, path: people.yaml }, other: { type: file, path: b.yaml } }`;

/** An instance of two directories, of which a reload with `STAFF` removes `other`. */
const startTwo = (other: Partial<Directory> = {}) =>
  startInstance({
    config: TWO,
    directories: {
      staff: listingNone(createScripted()),
      other: { ...listingNone(createScripted()), ...other },
    },
  });

test('a removed directory is closed', async () => {
  const { reload, ask, closed } = await startTwo();
  expect(await reload(STAFF)).toBe(true);
  expect(closed).toEqual(['other']);
  expect(await ask('virtual-domains', 'example.net')).toBe('NOTFOUND');
});

test('a removed directory that cannot be closed fails no reload, and is told', async () => {
  const { reload, notes } = await startTwo({ close: () => Promise.reject(new Error('stuck')) });
  expect(await reload(STAFF)).toBe(true);
  const { level, fields } = await notes.next('a directory could not be closed');
  expect([level, fields]).toEqual([
    'error',
    { directory: 'other', err: expect.objectContaining({ message: 'stuck' }) },
  ]);
});

test('a directory that cannot be closed stops no daemon from stopping', async () => {
  const { daemon, notes } = await startTwo({ close: () => Promise.reject(new Error('stuck')) });
  await daemon.stop();
  expect(notes.all.map(({ message }) => message)).toContain('stopped');
});

describe('a stop that comes while a reload ends what it removed', () => {
  test('does not wait for the reload', async () => {
    const gate = Promise.withResolvers<void>();
    const { reload, closed, daemon } = await startTwo({ close: () => gate.promise });
    const reloading = reload(STAFF);
    await expect.poll(() => closed).toEqual(['other']);
    const stopped = daemon.stop();
    expect(await reloading).toBe(true);
    gate.resolve();
    await stopped;
  });

  test('waits until that has ended', async () => {
    const ends: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { reload, closed, daemon, place } = await startTwo({
      close: async () => {
        await gate.promise;
        ends.push('other');
      },
    });
    const reloading = reload(STAFF);
    await expect.poll(() => closed).toEqual(['other']);
    const stopped = daemon.stop().then(() => ends.push('daemon'));
    await reloading;
    await expect.poll(() => existsSync(join(place, 'socketmap'))).toBe(false);
    // So many turns that a daemon which did not wait would have stopped.
    for (let i = 0; i < 200; i++) await turn();
    gate.resolve();
    await stopped;
    expect(ends).toEqual(['other', 'daemon']);
  });
});
