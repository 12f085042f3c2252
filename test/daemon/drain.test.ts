import { expect, test } from 'vitest';
import { askHttp } from '../support/http.ts';
import { connectClient, type Instance, STAFF, startStaffed } from '../support/instance.ts';
import { show } from '../support/world.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const HOUR = `drain: 1h\n${STAFF}`;

/** Asks over a connection of its own, a few times: a daemon that was closing would be closed by then. */
async function askAnew({ daemon }: Instance): Promise<readonly string[]> {
  const replies = new Set<string>();
  const [endpoint] = daemon.endpoints();
  if (endpoint === undefined) throw new Error('it listens nowhere');
  for (let i = 0; i < 20; i++) {
    const client = connectClient(endpoint);
    replies.add(show(await client.ask(...ANN)));
    client.close();
  }
  return [...replies];
}

test('a daemon that drains answers old connections and new ones', async () => {
  const instance = await startStaffed(HOUR);
  expect(await instance.ask(...ANN)).toBe('OK ann@example.org');
  instance.daemon.drain();
  expect(await askAnew(instance)).toEqual(['OK ann@example.org']);
  expect(await instance.ask(...ANN)).toBe('OK ann@example.org');
});

test('a daemon that drains is not ready, and lives', async () => {
  const { daemon } = await startStaffed(`http: tcp://127.0.0.1:0\n${HOUR}`);
  if (daemon.http === undefined) throw new Error('http is off');
  expect((await askHttp(daemon.http, '/readyz')).status).toBe(200);
  daemon.drain();
  const { status, text } = await askHttp(daemon.http, '/readyz');
  expect([status, text]).toEqual([503, 'draining\n']);
  expect((await askHttp(daemon.http, '/livez')).status).toBe(200);
});

test('it tells for how long, once', async () => {
  const { daemon, notes } = await startStaffed(HOUR);
  daemon.drain();
  daemon.drain();
  expect(notes.all.filter(({ message }) => message.startsWith('draining'))).toEqual([
    expect.objectContaining({ level: 'info', fields: { drain: '1h' } }),
  ]);
});

test('it stops when the time is over', async () => {
  const { daemon, closed } = await startStaffed(`drain: 50ms\n${STAFF}`);
  daemon.drain();
  await daemon.stopped;
  expect(closed).toEqual(['staff']);
});

test('without the setting it stops at once', async () => {
  const { daemon, notes } = await startStaffed(STAFF);
  daemon.drain();
  await daemon.stopped;
  expect(notes.all.map(({ message }) => message)).not.toContainEqual(
    expect.stringMatching(/^draining/),
  );
});

test('a stop ends the waiting', async () => {
  const { daemon, closed } = await startStaffed(HOUR);
  daemon.drain();
  await daemon.stop();
  await daemon.stopped;
  expect(closed).toEqual(['staff']);
});

test.each([
  ['drains', (instance: Instance) => instance.daemon.drain()],
  ['serves', () => {}],
])('a take-over ends a daemon that %s at once', async (_, prepare) => {
  const first = await startStaffed(HOUR);
  prepare(first);
  const second = await startStaffed(HOUR, { place: first.place, takeover: 'yes' });
  await first.daemon.stopped;
  expect(await second.ask(...ANN)).toBe('OK ann@example.org');
});

test('a reload changes for how long', async () => {
  const { daemon, reload, notes } = await startStaffed(HOUR);
  expect(await reload(`drain: 70ms\n${STAFF}`)).toBe(true);
  daemon.drain();
  await daemon.stopped;
  expect((await notes.next('draining')).fields).toEqual({ drain: '70ms' });
  expect(notes.all.map(({ message }) => message)).not.toContain(
    'this setting changes at the next start only',
  );
});

test('a reload counts while it drains', async () => {
  const { daemon, reload, ask } = await startStaffed(HOUR);
  daemon.drain();
  expect(await reload(HOUR.replace('example.org', 'example.net'))).toBe(true);
  expect(await ask('virtual-domains', 'example.net')).toBe('OK example.net');
});
