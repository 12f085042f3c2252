import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { endFormer } from '../../src/daemon/takeover.ts';
import { askHttp } from '../support/http.ts';
import {
  connectClient,
  type Instance,
  makePlace,
  STAFF,
  startStaffed,
} from '../support/instance.ts';
import { serveLoopback } from '../support/loopback.ts';
import { createNotes } from '../support/notes.ts';
import { show } from '../support/world.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;

/** Asks on a connection of its own: those that are open would live on without a socket, too. */
async function askAnew({ place }: Instance): Promise<string> {
  const client = connectClient({ kind: 'unix', path: join(place, 'socketmap') });
  try {
    return show(await client.ask(...ANN));
  } finally {
    client.close();
  }
}

/** An endpoint at which another program listens. */
async function takePort(): Promise<string> {
  const taken = await serveLoopback(async () => {});
  onTestFinished(() => taken.stop());
  return `tcp://127.0.0.1:${taken.port}`;
}

/** Settings of `listen` that replace the socket, and another endpoint that can't be opened. */
const LISTENS = [
  ['a port in use', (port: string) => `[unix:socketmap?mode=0600, "${port}"]`, 'is in use'],
  [
    'a port in use, listed first',
    (port: string) => `["${port}", unix:socketmap?mode=0600]`,
    'is in use',
  ],
  [
    'a missing directory',
    () => '[unix:socketmap?mode=0600, unix:none/socketmap]',
    'does not exist',
  ],
  [
    'a certificate that cannot be read',
    () =>
      '[unix:socketmap?mode=0600, { endpoint: "tcp://127.0.0.1:0", tls: { cert: none.pem, key: none.key } }]',
    "can't be read",
  ],
] as const;

describe.each(LISTENS)('%s', (_, listenOf, reason) => {
  test('fails a reload, and the socket that it was to replace is the former one', async () => {
    const instance = await startStaffed(STAFF);
    expect(await instance.reload(`listen: ${listenOf(await takePort())}\n${STAFF}`)).toBe(false);
    expect(await askAnew(instance)).toBe('OK ann@example.org');
    expect((await stat(join(instance.place, 'socketmap'))).mode & 0o777).toBe(0o660);
  });

  test('fails a take-over, and the former daemon is at all its places', async () => {
    const first = await startStaffed(`http: unix:web\n${STAFF}`);
    const places = (await readdir(first.place)).toSorted();
    const config = `listen: ${listenOf(await takePort())}\nhttp: unix:web\n${STAFF}`;
    const second = startStaffed(config, { place: first.place, takeover: 'yes' });
    await expect(second).rejects.toThrow(reason);
    expect(await askAnew(first)).toBe('OK ann@example.org');
    const web = { kind: 'unix', path: join(first.place, 'web') } as const;
    expect((await askHttp(web, '/readyz')).text).toBe('ready\n');
    expect(await first.command('known', { limit: 9 })).toEqual({ addresses: ['ann@example.org'] });
    expect((await readdir(first.place)).toSorted()).toEqual(places);
  });
});

test('a take-over succeeds after one that failed', async () => {
  const first = await startStaffed(STAFF);
  const config = `listen: [unix:socketmap, "${await takePort()}"]\n${STAFF}`;
  const failing = startStaffed(config, { place: first.place, takeover: 'yes' });
  await expect(failing).rejects.toThrow('is in use');
  const second = await startStaffed(STAFF, { place: first.place, takeover: 'yes' });
  await first.daemon.stopped;
  expect(await askAnew(second)).toBe('OK ann@example.org');
});

test.each([
  ['listen', `listen: unix:control\n${STAFF}`],
  ['http', `http: unix:control\n${STAFF}`],
])(
  'a take-over whose %s has the path of control fails, and the former one answers',
  async (_, config) => {
    const first = await startStaffed(STAFF);
    const second = startStaffed(config, { place: first.place, takeover: 'yes' });
    await expect(second).rejects.toThrow(`unix:${first.controlPath} is being opened already`);
    expect(await askAnew(first)).toBe('OK ann@example.org');
    expect(await first.command('known', { limit: 9 })).toEqual({ addresses: ['ann@example.org'] });
  },
);

describe('a former daemon', () => {
  /** Listens for commands as one that `leaves` when somebody has connected. */
  async function pretend(place: string, leave: (socket: Socket) => void): Promise<void> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      leave(socket);
    }).listen(join(place, 'control'));
    onTestFinished(() => {
      server.close();
    });
    await once(server, 'listening');
  }

  test.each([
    ['dies', (socket: Socket) => socket.destroy()],
    ['ends without a word', (socket: Socket) => socket.resume().end()],
    [
      'breaks off when it is asked',
      (socket: Socket) => socket.once('data', () => socket.destroy()),
    ],
    [
      'speaks of something else',
      (socket: Socket) => socket.once('data', () => socket.end('220 mail\n')),
    ],
  ])('that %s costs a take-over no wait, and is told', async (_, leave) => {
    const place = await makePlace();
    await pretend(place, leave);
    const instance = await startStaffed(STAFF, { place, takeover: 'yes' });
    const { fields } = await instance.notes.next('the former daemon does not confirm');
    expect(fields).toMatchObject({
      err: { message: expect.stringMatching(/ (?:broke off|said what is no reply)/) },
    });
    expect(await askAnew(instance)).toBe('OK ann@example.org');
  });

  test('that hangs is left to itself after two seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { log, all } = createNotes();
    const hanging = Promise.withResolvers<never>();
    const ended = endFormer(
      { send: () => hanging.promise, close: () => hanging.reject(new Error('broke off')) },
      log,
    );
    await vi.advanceTimersByTimeAsync(1999);
    expect(all).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await ended;
    expect(all).toMatchObject([{ level: 'warn' }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
