import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { compareTaken, inTurn } from '../../src/files.ts';
import { makeCertificate } from '../support/certificate.ts';
import { listingNone, makePlace, STAFF, startInstance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { whileUnwritable } from '../support/unwritable.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const REMEMBERING = `cache: { file: kept/memory }\n${STAFF}`;

/** A directory `staff` that knows ann, and does `more`. */
function createStaff(more: Partial<Directory> = {}): Directory {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  return { ...listingNone(staff), ...more };
}

async function start(config: string, staff: Directory = createStaff()) {
  const place = await makePlace();
  for (const name of ['sockets', 'kept']) await mkdir(join(place, name));
  const instance = await startInstance({ place, config, directories: { staff } });
  expect(await instance.ask(...ANN)).toBe('OK ann@example.org');
  return { ...instance, memory: join(place, 'kept/memory') };
}

describe.each([
  ['of Postfix', 'listen: [unix:sockets/s, "unix:other"]\n', ['other', 'control']],
  ['of two', 'listen: [unix:sockets/s, unix:sockets/t]\n', ['control']],
  ['of http', 'listen: unix:other\nhttp: unix:sockets/web\n', ['other', 'control']],
  ['of one where two are', 'listen: [unix:other, unix:sockets/s]\n', ['other', 'control']],
])('a socket %s that cannot be removed', (_, config, removed) => {
  test('keeps nothing from its end: memory is saved, directories are closed, the others are gone', async () => {
    const { daemon, closed, memory, place, notes } = await start(`${config}${REMEMBERING}`);
    const own = [place, join(place, 'kept')];
    await whileUnwritable(join(place, 'sockets'), own, () => daemon.stop());
    await daemon.stopped;
    expect((await stat(memory)).size).toBeGreaterThan(0);
    expect(closed).toEqual(['staff']);
    expect(await readdir(place)).not.toEqual(expect.arrayContaining(removed));
    const told = await notes.next('its socket file could not be removed');
    expect(told).toMatchObject({
      level: 'warn',
      fields: { listener: expect.stringContaining(`unix:${place}/sockets/`) },
    });
    await notes.next('stopped');
  });
});

test('a reload away from a socket that cannot be removed succeeds', async () => {
  const { reload, ask, place } = await start(`listen: unix:sockets/s\n${STAFF}`);
  const own = [place, join(place, 'idpmap.yaml')];
  const done = await whileUnwritable(join(place, 'sockets'), own, () =>
    reload(`listen: unix:other\n${STAFF}`),
  );
  expect(done).toBe(true);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
});

describe('a directory', () => {
  test.each([
    [
      'that cannot be closed',
      () => Promise.reject(new Error('it is stuck')),
      'a directory could not be closed',
    ],
    ['that never closes', () => new Promise<void>(() => {}), 'the stop does not wait any longer'],
  ])('%s ends with the daemon, which tells it', async (_, close, text) => {
    const { daemon, memory, notes, place } = await start(REMEMBERING, createStaff({ close }));
    await daemon.stop();
    await daemon.stopped;
    expect((await stat(memory)).size).toBeGreaterThan(0);
    expect(await readdir(place)).not.toContain('control');
    await notes.next(text);
  });
});

describe('a stop while a reload hangs', () => {
  test('is over, and what the reload opens later serves nobody and is closed', async () => {
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const place = await makePlace();
    let times = 0;
    let closed = 0;
    const openStaff = async (): Promise<Directory> => {
      times += 1;
      if (times > 1) {
        asked.resolve();
        await gate.promise;
      }
      return createStaff({
        close: async () => {
          closed += 1;
        },
      });
    };
    const { daemon, reload } = await startInstance({ place, config: STAFF, open: openStaff });
    const reloaded = reload(
      `listen: [unix:socketmap, unix:more]\n${STAFF.replace('path:', 'guard: 1%, path:')}`,
    );
    await asked.promise;
    await daemon.stop();
    expect(closed).toBe(1);
    gate.resolve();
    expect(await reloaded).toBe(false);
    expect(closed).toBe(2);
    expect((await readdir(place)).toSorted()).toEqual(['idpmap.yaml', 'state']);
  });
});

describeWith(['openssl'], 'with certificates', () => {
  test.each([
    ['first', (hanging: string) => `[${hanging}, unix:more]`],
    ['last', (hanging: string) => `[unix:more, ${hanging}]`],
  ])(
    'a stop while a reload hangs at one is over, and endpoints that come later are closed: %s',
    async (_, listenAt) => {
      const { daemon, reload, place, memory } = await start(REMEMBERING);
      const { key } = makeCertificate(place, 'made');
      const before = (await readdir(place)).filter((name) => !/^(?:control|socketmap)$/.test(name));
      const hanging = Promise.withResolvers<void>();
      // As one that lies on a mount that hangs.
      const hung = inTurn(join(place, 'made.pem'), () => hanging.promise);
      const listen = '{ endpoint: "tcp://127.0.0.1:0", tls: { cert: made.pem, key: made.key } }';
      const reloaded = reload(`listen: ${listenAt(listen)}\n${REMEMBERING}`);
      // It reads both at once.
      await expect
        .poll(() => compareTaken(join(place, 'made.key'), Buffer.from(key)), { timeout: 30_000 })
        .toBe('same');
      await daemon.stop();
      expect((await stat(memory)).size).toBeGreaterThan(0);
      hanging.resolve();
      await hung;
      expect(await reloaded).toBe(false);
      expect(await readdir(place)).toEqual(before);
    },
  );
});
