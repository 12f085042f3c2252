import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { notFound, ok, perm } from '../../src/socketmap/protocol.ts';
import {
  createSocketmapServer,
  type ServerOptions,
  type SocketmapServer,
} from '../../src/socketmap/server.ts';
import { ANY_PORT, connectRaw, frames } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

const route: ServerOptions['route'] = (map, key) => {
  if (map !== 'm') return perm('unknown map');
  return key === 'nobody' ? notFound() : ok(key);
};

let directory: TemporaryDirectory;
let server: SocketmapServer;

const serve = (options: Partial<ServerOptions> = {}): SocketmapServer => {
  server = createSocketmapServer({ route, ...options });
  return server;
};

beforeEach(async () => {
  directory = await makeTemporaryDirectory('idpmap-server');
});

afterEach(async () => {
  await server.drain(1000);
  await directory.remove();
});

const places = ['tcp', 'tcp6', 'unix'] as const;
const makeEndpoint = (place: (typeof places)[number]): Endpoint => {
  if (place === 'unix') return { kind: 'unix', path: join(directory.path, 's') };
  return { kind: 'tcp', host: place === 'tcp' ? '127.0.0.1' : '::1', port: 0 };
};

describe.each(['shared', 'stream'] as const)('with %s reads', (reads) => {
  test.each(places)('answers at %s', async (place) => {
    const { endpoint } = await serve({ reads }).listen({ endpoint: makeEndpoint(place) });
    const client = await connectRaw(endpoint);
    client.socket.write(frames('m ann@example.org', 'm nobody', 'other x'));
    const replies = frames('OK ann@example.org', 'NOTFOUND ', 'PERM unknown map');
    expect(await client.reads(replies)).toBe(replies);
    client.socket.destroy();
  });

  test.each(places)('answers requests cut into single bytes at %s', async (place) => {
    const { endpoint } = await serve({ reads }).listen({ endpoint: makeEndpoint(place) });
    const client = await connectRaw(endpoint);
    for (const byte of frames('m ann', 'm bob')) {
      client.socket.write(byte);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(await client.reads(frames('OK ann', 'OK bob'))).toBe(frames('OK ann', 'OK bob'));
    client.socket.destroy();
  });

  test.each(places)('answers a client that closes its half first at %s', async (place) => {
    const { endpoint } = await serve({
      reads,
      // Later than the end of the client's half is read.
      route: (_, key) => new Promise((resolve) => setTimeout(resolve, 20, ok(key))),
    }).listen({ endpoint: makeEndpoint(place) });
    const client = await connectRaw(endpoint);
    client.socket.end(frames('m ann'));
    await client.closed;
    expect(client.received()).toBe(frames('OK ann'));
  });

  test.each(places)('answers 20 000 requests of one write in order at %s', async (place) => {
    const { endpoint } = await serve({ reads }).listen({ endpoint: makeEndpoint(place) });
    const client = await connectRaw(endpoint);
    const keys = Array.from({ length: 20_000 }, (_, i) => `user${i}@example.org`);
    client.socket.end(frames(...keys.map((key) => `m ${key}`)));
    await client.closed;
    expect(client.received()).toBe(frames(...keys.map((key) => `OK ${key}`)));
  });

  test('two connections do not read each other’s bytes', async () => {
    const { endpoint } = await serve({ reads }).listen({ endpoint: makeEndpoint('unix') });
    const [one, other] = [await connectRaw(endpoint), await connectRaw(endpoint)];
    one.socket.write('5:m o');
    other.socket.write('7:m oth');
    other.socket.write('er,');
    expect(await other.reads(frames('OK other'))).toBe(frames('OK other'));
    one.socket.write('ne,');
    expect(await one.reads(frames('OK one'))).toBe(frames('OK one'));
    one.socket.destroy();
    other.socket.destroy();
  });

  test.each(places)('%s has figures before anybody connects', async (place) => {
    await serve().listen({ endpoint: makeEndpoint(place) });
    expect(server.figures.listeners).toMatchObject([{ open: 0, total: 0 }]);
  });

  test('counts connections and requests', async () => {
    const { endpoint } = await serve({ reads }).listen({ endpoint: ANY_PORT });
    const client = await connectRaw(endpoint);
    client.socket.write(frames('m a', 'm b'));
    await client.reads(frames('OK a', 'OK b'));
    expect(server.figures.requests).toBe(2);
    expect(server.figures.listeners).toMatchObject([{ open: 1, total: 1 }]);
    client.socket.end();
    await client.closed;
    await server.drain(1000);
    expect(server.figures.listeners).toMatchObject([{ open: 0, total: 1 }]);
  });
});

test('asks a swapped route at the next request', async () => {
  let data = 'old';
  const { endpoint } = await serve({ route: () => ok(data) }).listen({ endpoint: ANY_PORT });
  const client = await connectRaw(endpoint);
  client.socket.write(frames('m a'));
  await client.reads(frames('OK old'));
  data = 'new';
  client.socket.write(frames('m a'));
  expect(await client.reads(frames('OK old', 'OK new'))).toBe(frames('OK old', 'OK new'));
  client.socket.destroy();
});

test('closes the connection that is one too many, and serves the others', async () => {
  const { endpoint } = await serve({ limits: { maxConnections: 1 } }).listen({
    endpoint: ANY_PORT,
  });
  const first = await connectRaw(endpoint);
  const second = await connectRaw(endpoint);
  await second.closed;
  first.socket.write(frames('m a'));
  expect(await first.reads(frames('OK a'))).toBe(frames('OK a'));
  expect(server.figures.rejected['too-many']).toBe(1);
  first.socket.destroy();
});

test('has room again when a connection has gone', async () => {
  const { endpoint } = await serve({ limits: { maxConnections: 1 } }).listen({
    endpoint: ANY_PORT,
  });
  const first = await connectRaw(endpoint);
  first.socket.end();
  await first.closed;
  const second = await connectRaw(endpoint);
  second.socket.write(frames('m a'));
  expect(await second.reads(frames('OK a'))).toBe(frames('OK a'));
  second.socket.destroy();
});

test.each([
  ['192.0.2.0/24', 'is closed', 1],
  ['127.0.0.0/8', 'is answered', 0],
])('where %s is allowed, a peer at 127.0.0.1 %s', async (cidr, _, rejected) => {
  const { endpoint } = await serve().listen({ endpoint: ANY_PORT, allow: [cidr] });
  const client = await connectRaw(endpoint);
  client.socket.write(frames('m a'));
  expect(await client.reads(frames('OK a'))).toBe(rejected === 1 ? '' : frames('OK a'));
  expect(server.figures.rejected['not-allowed']).toBe(rejected);
  client.socket.destroy();
});

test('refuses an unreadable network by the name of its endpoint', async () => {
  await expect(serve().listen({ endpoint: ANY_PORT, allow: ['10.0.0.0/99'] })).rejects.toThrow(
    'tcp://127.0.0.1:0 allows nobody: "10.0.0.0/99" is no network',
  );
});

test('drops a client that leaves its request unfinished', async () => {
  const { endpoint } = await serve({ limits: { requestTimeoutMs: 10 } }).listen({
    endpoint: ANY_PORT,
  });
  const client = await connectRaw(endpoint);
  client.socket.write('10:m a');
  await once(client.socket, 'close');
  expect(server.figures.violations['request-timeout']).toBe(1);
});

test('drops a client that does not read its replies', async () => {
  const { endpoint } = await serve({
    route: () => ok('x'.repeat(90_000)),
    limits: { replyTimeoutMs: 10 },
  }).listen({ endpoint: makeEndpoint('unix') });
  const client = await connectRaw(endpoint);
  client.socket.pause();
  client.socket.write(frames('m a').repeat(100));
  await expect.poll(() => server.figures.violations['reply-timeout'], { timeout: 5000 }).toBe(1);
  client.socket.destroy();
});
