import { once } from 'node:events';
import { rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EndpointError } from '../../src/net/errors.ts';
import {
  connectClient,
  listingNone,
  makePlace,
  STAFF,
  startInstance,
} from '../support/instance.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { connectRaw, frames } from '../support/socketmap/socketmap.ts';

function createStaff() {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  return staff;
}

test.each(['fails', 'hangs', 'blind'] as const)('listens though its directory %s', async (mode) => {
  const staff = createStaff();
  staff.mode = mode;
  const { ask } = await startInstance({ directories: { staff: listingNone(staff) } });
  expect(await ask('user-exists', 'ann@example.org')).toMatch(/^TEMP idpmap /);
  expect(await ask('virtual-domains', 'example.org')).toBe('OK example.org');
});

test('answers as soon as the start is over', async () => {
  const { ask } = await startInstance({ directories: { staff: listingNone(createStaff()) } });
  expect(await ask('user-exists', 'ann@example.org')).toBe('OK ann@example.org');
});

test('a tcp endpoint in use is an error that names it', async () => {
  const taken = await serveLoopback(async () => {});
  onTestFinished(() => taken.stop());
  const config = `listen: tcp://127.0.0.1:${taken.port}\n${STAFF}`;
  await expect(startInstance({ config, directories: { staff: createStaff() } })).rejects.toThrow(
    new RegExp(`^tcp://127.0.0.1:${taken.port} is in use by pid ${process.pid} `),
  );
});

test('a unix endpoint in use is an error that names it', async () => {
  const place = await makePlace();
  const taken = await serveLoopback(async () => {}, join(place, 'socketmap'));
  onTestFinished(() => taken.stop());
  const starting = startInstance({ place, directories: { staff: createStaff() } });
  await expect(starting).rejects.toThrow(`unix:${place}/socketmap is in use: a server answers`);
});

test('a start that fails closes its directories and endpoints again', async () => {
  const place = await makePlace();
  const taken = await serveLoopback(async () => {}, join(place, 'control'));
  onTestFinished(() => taken.stop());
  let isClosed = false;
  const staff = {
    ...listingNone(createStaff()),
    close: async () => {
      isClosed = true;
    },
  };
  await expect(startInstance({ place, directories: { staff } })).rejects.toThrow(EndpointError);
  expect(isClosed).toBe(true);
  await expect(stat(join(place, 'socketmap'))).rejects.toThrow('ENOENT');
});

test.each([
  ['at its directories', () => Promise.reject(new Error('no such driver')), 'no such driver'],
  ['at its endpoint', async () => listingNone(createStaff()), 'is in use'],
])('a start that fails %s leaves no timer', async (_, open, reason) => {
  const place = await makePlace();
  const taken = await serveLoopback(async () => {}, join(place, 'socketmap'));
  onTestFinished(() => taken.stop());
  const running = new Set<unknown>();
  const { setInterval: start, clearInterval: clear } = globalThis;
  vi.spyOn(globalThis, 'setInterval').mockImplementation((...given) => {
    const timer = start(...given);
    running.add(timer);
    return timer;
  });
  vi.spyOn(globalThis, 'clearInterval').mockImplementation((timer) => {
    running.delete(timer);
    clear(timer);
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  await expect(startInstance({ place, open })).rejects.toThrow(reason);
  expect(running).toEqual(new Set());
});

test('replaces the socket file that a killed daemon left behind', async () => {
  const place = await makePlace();
  await leaveSocket(join(place, 'socketmap'));
  await leaveSocket(join(place, 'control'));
  const { ask } = await startInstance({
    place,
    directories: { staff: listingNone(createStaff()) },
  });
  expect(await ask('user-exists', 'ann@example.org')).toBe('OK ann@example.org');
});

/** A server renamed away from the path that it would remove. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen({ path: `${path}.live` });
  await once(server, 'listening');
  await rename(`${path}.live`, path);
  server.close();
  await once(server, 'close');
}

test('a file that is no socket is left alone', async () => {
  const place = await makePlace();
  await writeFile(join(place, 'socketmap'), 'precious');
  const starting = startInstance({ place, directories: { staff: createStaff() } });
  await expect(starting).rejects.toThrow('is there, but no socket');
});

test('refuses a second daemon on the same control socket', async () => {
  const first = await startInstance({ directories: { staff: listingNone(createStaff()) } });
  const starting = startInstance({
    place: first.place,
    config: `listen: unix:other\n${STAFF}`,
    directories: { staff: createStaff() },
  });
  await expect(starting).rejects.toThrow(`unix:${first.controlPath} is in use`);
  expect(await first.ask('user-exists', 'ann@example.org')).toBe('OK ann@example.org');
});

test('a take-over where nothing runs is an ordinary start', async () => {
  const directories = { staff: listingNone(createStaff()) };
  const { ask } = await startInstance({ directories, takeover: 'yes' });
  expect(await ask('user-exists', 'ann@example.org')).toBe('OK ann@example.org');
});

test('a take-over ends the daemon that ran, and answers in its place', async () => {
  const [port = 0] = await findFreePorts(1);
  const config = `listen: [tcp://127.0.0.1:${port}, unix:socketmap]\n${STAFF}`;
  const first = await startInstance({ config, directories: { staff: listingNone(createStaff()) } });
  const second = await startInstance({
    config,
    place: first.place,
    directories: { staff: listingNone(createStaff()) },
    takeover: 'yes',
  });
  await first.daemon.stopped;
  expect(await second.ask('user-exists', 'ann@example.org')).toBe('OK ann@example.org');
  expect(await second.command('known', { limit: 9 })).toEqual({ addresses: ['ann@example.org'] });
});

test.each([
  ['an answer where the deadline allows it', '1s', 'OK ann@example.org'],
  ['TEMP where it does not', '100ms', 'TEMP idpmap deadline staff'],
])('a stop gives requests in flight their one reply: %s', async (_, deadline, reply) => {
  const staff = createStaff();
  staff.mode = 'slow';
  const { daemon } = await startInstance({
    config: `deadline: ${deadline}\n${STAFF}`,
    directories: { staff: listingNone(staff) },
  });
  const [endpoint] = daemon.endpoints();
  if (endpoint === undefined) throw new Error('it listens nowhere');
  const client = await connectRaw(endpoint);
  const requests = Array.from({ length: 20 }, () => 'user-exists ann@example.org');
  client.socket.write(frames(...requests));
  await daemon.stop();
  await client.closed;
  // Each TEMP ends with an id of its own.
  const received = client
    .received()
    .replaceAll(/\d+:(TEMP [a-z ]+) [0-9a-f]{6},/g, (_match, text) => frames(text));
  expect(received).toBe(frames(...requests.map(() => reply)));
});

test('a stop ends connections that nobody closes, and takes no new ones', async () => {
  const { daemon } = await startInstance({ directories: { staff: listingNone(createStaff()) } });
  const [endpoint] = daemon.endpoints();
  if (endpoint === undefined) throw new Error('it listens nowhere');
  const idle = connectClient(endpoint);
  await idle.ask('user-exists', 'ann@example.org');
  await daemon.stop();
  await expect(idle.ask('user-exists', 'ann@example.org')).rejects.toThrow('ENOENT');
});

test('a stop that is asked for twice is one', async () => {
  const { daemon, closed } = await startInstance({ directories: { staff: createStaff() } });
  await Promise.all([daemon.stop(), daemon.stop(), daemon.stopped]);
  expect(closed).toEqual(['staff']);
});
