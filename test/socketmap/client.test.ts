import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSocketmapClient, type SocketmapClient } from '../../src/socketmap/client.ts';
import { notFound, ok, perm, temp, timeout } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { serveLoopback } from '../support/loopback.ts';
import { ANY_PORT } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let directory: TemporaryDirectory;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  directory = await makeTemporaryDirectory('idpmap-client');
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await directory.remove();
});

async function serve(): Promise<{ server: SocketmapServer; client: SocketmapClient }> {
  const server = createSocketmapServer({
    route: (map, key) => {
      if (map === 'm') return Promise.resolve(ok(key));
      const answers = [notFound(), temp('t'), perm('p'), timeout('o')];
      return answers.find(({ status }) => status === map) ?? perm('unknown map');
    },
  });
  const { endpoint } = await server.listen({ endpoint: ANY_PORT });
  const client = createSocketmapClient({ endpoint, timeoutMs: 10_000 });
  cleanups.push(
    () => client.close(),
    () => server.drain(1000),
  );
  return { server, client };
}

/** A client of a server that does what it likes. */
async function meet(
  handle: (socket: Socket) => void,
  timeoutMs = 10_000,
): Promise<SocketmapClient> {
  const path = join(directory.path, 's');
  const server = await serveLoopback(async (socket) => handle(socket), path);
  const client = createSocketmapClient({ endpoint: { kind: 'unix', path }, timeoutMs });
  cleanups.push(
    () => client.close(),
    () => server.stop(),
  );
  return client;
}

test('brings each status', async () => {
  const { client } = await serve();
  expect(await client.ask('m', 'jürgen x')).toEqual(ok('jürgen x'));
  expect(await client.ask('NOTFOUND', 'a')).toEqual(notFound());
  expect(await client.ask('TEMP', 'a')).toEqual(temp('t'));
  expect(await client.ask('PERM', 'a')).toEqual(perm('p'));
  expect(await client.ask('TIMEOUT', 'a')).toEqual(timeout('o'));
});

test('asks all over one connection, and gives each its own answer', async () => {
  const { server, client } = await serve();
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  const answers = await Promise.all(keys.map((key) => client.ask('m', key)));
  expect(answers).toEqual(keys.map(ok));
  expect(server.figures.listeners).toMatchObject([{ total: 1 }]);
});

test.each([
  ['is no netstring', 'x', 'brought a reply that is no netstring'],
  ['has no status', '5:hello,', 'brought a reply that can\'t be read (a reply begins with "hello"'],
  ['is too long', '100001:', 'brought a reply of more than 100000 bytes'],
])('rejects where a reply %s', async (_, bytes, reason) => {
  const client = await meet((socket) => socket.once('data', () => socket.write(bytes)));
  await expect(client.ask('m', 'a')).rejects.toThrow(
    `unix:${join(directory.path, 's')}: the connection ${reason}`,
  );
});

test('rejects all who wait where the connection ends', async () => {
  const client = await meet((socket) => socket.once('data', () => socket.end('4:OK a,')));
  const results = await Promise.allSettled([client.ask('m', 'a'), client.ask('m', 'b')]);
  expect(results[0]).toMatchObject({ value: ok('a') });
  expect(results[1]).toMatchObject({
    reason: { message: expect.stringContaining('was closed by the server before it replied') },
  });
});

test('rejects where no reply comes in time', async () => {
  const client = await meet((socket) => socket.resume(), 10);
  await expect(client.ask('m', 'a')).rejects.toThrow('the connection gave no reply within 10 ms');
});

test('rejects where nobody listens', async () => {
  const endpoint = { kind: 'unix', path: join(directory.path, 'nobody') } as const;
  const client = createSocketmapClient({ endpoint, timeoutMs: 10_000 });
  await expect(client.ask('m', 'a')).rejects.toThrow(/the connection failed \(connect ENOENT/);
});

test('opens another connection after one was lost', async () => {
  let connections = 0;
  const client = await meet((socket) => {
    connections++;
    const isFirst = connections === 1;
    socket.once('data', () => (isFirst ? socket.destroy() : socket.write('4:OK a,')));
  });
  await expect(client.ask('m', 'a')).rejects.toThrow('the connection');
  expect(await client.ask('m', 'a')).toEqual(ok('a'));
});

test('rejects who waits when it is closed, and who asks later', async () => {
  const client = await meet((socket) => socket.resume());
  const asked = Promise.allSettled([client.ask('m', 'a')]);
  client.close();
  expect(await asked).toMatchObject([
    { reason: { message: expect.stringContaining('was closed by the client') } },
  ]);
  await expect(client.ask('m', 'a')).rejects.toThrow('is closed');
});

test.each([
  ['', 'a', 'is no map’s name'],
  ['two words', 'a', 'is no map’s name'],
  ['m', 'x'.repeat(16_383), 'a request of 16385 bytes is too long'],
])('refuses what no server would understand (%#)', async (map, key, reason) => {
  const { client } = await serve();
  await expect(client.ask(map, key)).rejects.toThrow(reason.replace('’', "'"));
});
