import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askHttp } from '../support/http.ts';
import { connectClient, STAFF, startStaffed } from '../support/instance.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import { show } from '../support/world.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const CHANGED = STAFF.replace('path:', 'guard: 1%, path:');

test('an added endpoint is opened, and a removed one is closed', async () => {
  const { reload, daemon, ask, place } = await startStaffed(STAFF);
  const [former] = daemon.endpoints();
  if (former === undefined) throw new Error('it listens nowhere');
  const [port = 0] = await findFreePorts(1);
  expect(await reload(`listen: tcp://127.0.0.1:${port}\n${STAFF}`)).toBe(true);
  expect(daemon.endpoints()).toEqual([{ kind: 'tcp', host: '127.0.0.1', port }]);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  await expect(connectClient(former).ask(...ANN)).rejects.toThrow(`${place}/socketmap: `);
});

test('connections to an endpoint that stays live on', async () => {
  const { reload, ask, daemon, command } = await startStaffed(STAFF);
  const [port = 0] = await findFreePorts(1);
  expect(await reload(`listen: [unix:socketmap, tcp://127.0.0.1:${port}]\n${STAFF}`)).toBe(true);
  expect(daemon.endpoints()).toHaveLength(2);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  expect(await command('figures', {})).toMatchObject({
    socketmap: {
      listeners: [
        { open: 1, total: 1 },
        { open: 0, total: 0 },
      ],
    },
  });
});

test.each([
  ['unix:socketmap', 'unix:socketmap?mode=0600'],
  ['unix:socketmap?mode=0600', `unix:socketmap?group=${process.getgid?.()}`],
  ['tcp://127.0.0.1:PORT', '{ endpoint: "tcp://127.0.0.1:PORT", allow: [127.0.0.0/8] }'],
  [
    'tcp://127.0.0.1:PORT',
    '{ endpoint: "tcp://0.0.0.0:PORT", acknowledgeUnauthenticated: true, allow: [127.0.0.0/8] }',
  ],
  [
    '{ endpoint: "tcp://0.0.0.0:PORT", acknowledgeUnauthenticated: true, allow: [127.0.0.0/8] }',
    'tcp://127.0.0.1:PORT',
  ],
  [
    'tcp://[::1]:PORT',
    '{ endpoint: "tcp://[::]:PORT", acknowledgeUnauthenticated: true, allow: [127.0.0.0/8, "::1"] }',
  ],
  [
    '{ endpoint: "tcp://[::]:PORT", acknowledgeUnauthenticated: true, allow: [127.0.0.0/8, "::1"] }',
    '["tcp://127.0.0.1:PORT", "tcp://[::1]:PORT"]',
  ],
])('%s is handed on to %s', async (before, after) => {
  const port = String((await findFreePorts(1))[0]);
  const config = (listen: string): string => `listen: ${listen.replaceAll('PORT', port)}\n${STAFF}`;
  const { reload, daemon } = await startStaffed(config(before));
  expect(await reload(config(after))).toBe(true);
  for (const endpoint of daemon.endpoints()) {
    const client = connectClient(endpoint);
    expect(show(await client.ask(...ANN))).toBe('OK ann@example.org');
    client.close();
  }
});

test.each([
  ['tcp://127.0.0.1:PORT', '{ endpoint: "tcp://0.0.0.0:PORT", allow: [127.0.0.0/8] }'],
  ['unix:web', 'unix:web'],
])('the place of http at %s is not handed on to Postfix', async (http, listen) => {
  const port = String((await findFreePorts(1))[0]);
  const web = `http: ${http.replace('PORT', port)}\n`;
  const { reload, daemon, notes } = await startStaffed(`${web}${STAFF}`);
  const next = listen
    .replace('PORT', port)
    .replace('allow:', 'acknowledgeUnauthenticated: true, allow:');
  expect(await reload(`http: off\nlisten: ${next}\n${STAFF}`)).toBe(false);
  const { fields } = await notes.next('the new configuration');
  expect(fields).toMatchObject({ err: { message: expect.stringContaining('is in use') } });
  if (daemon.http === undefined) throw new Error('http is off');
  expect((await askHttp(daemon.http, '/readyz')).text).toBe('ready\n');
});

test('an endpoint that cannot be opened keeps all as it is, and is told and counted', async () => {
  const { reload, ask, notes, command, opened, closed, place } = await startStaffed(STAFF);
  const taken = await serveLoopback(async () => {}, join(place, 'taken'));
  onTestFinished(() => taken.stop());
  expect(await reload(`listen: [unix:new, unix:taken]\n${CHANGED}`)).toBe(false);
  const { level, fields } = await notes.next('the old one serves on');
  expect([level, String(Object.values(fields)[0])]).toEqual([
    'error',
    expect.stringContaining(`unix:${place}/taken is in use`),
  ]);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  expect([opened, closed]).toEqual([['staff', 'staff'], ['staff']]);
  expect(await command('figures', {})).toMatchObject({ reloads: { succeeded: 0, failed: 1 } });
});

test('an endpoint that could be opened is closed again where the next one cannot', async () => {
  const { reload, place } = await startStaffed(STAFF);
  const taken = await serveLoopback(async () => {}, join(place, 'taken'));
  onTestFinished(() => taken.stop());
  const [port = 0] = await findFreePorts(1);
  const before = (await readdir(place)).toSorted();
  const listen = `[unix:new, "tcp://127.0.0.1:${port}", unix:taken]`;
  expect(await reload(`listen: ${listen}\n${STAFF}`)).toBe(false);
  expect((await readdir(place)).toSorted()).toEqual(before);
  const client = connectClient({ kind: 'tcp', host: '127.0.0.1', port });
  await expect(client.ask(...ANN)).rejects.toThrow('ECONNREFUSED');
});
