import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Limits } from '../../src/net/limits.ts';
import { notFound, ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer } from '../../src/socketmap/server.ts';
import { makePlace } from '../support/instance.ts';
import { createNotes } from '../support/notes.ts';
import { ANY_PORT, connectRaw, frames, toTarget } from '../support/socketmap/socketmap.ts';
import { until } from '../support/until.ts';

async function startServer(limits: Partial<Limits> = {}) {
  const place = await makePlace();
  const notes = createNotes();
  const server = createSocketmapServer({
    route: (_, key) => (key === 'nobody' ? notFound() : ok(key)),
    limits,
    log: notes.log,
  });
  onTestFinished(() => server.drain(0));
  const tcp = await server.listen({ endpoint: ANY_PORT });
  const unix = await server.listen({ endpoint: { kind: 'unix', path: join(place, 's') } });
  return { server, notes, tcp: tcp.endpoint, unix: unix.endpoint };
}

type Client = Awaited<ReturnType<typeof connectRaw>>;

async function asks(client: Client, key: string): Promise<string> {
  client.socket.write(frames(`m ${key}`));
  return client.reads(frames(`OK ${key}`));
}

/** Sends requests for ever and reads nothing. */
function flood(socket: Socket): void {
  const bytes = Buffer.from(frames('m a').repeat(10_000));
  const write = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.pause();
  socket.on('error', () => {}).on('drain', write);
  write();
}

test('idle neighbours over TCP leave the Unix socket its connections, and it is told once', async () => {
  const { server, notes, tcp, unix } = await startServer({
    maxConnections: 20,
    reservedConnections: 5,
    maxConnectionsPerPeer: 100,
  });
  const neighbours = await Promise.all(Array.from({ length: 40 }, () => connectRaw(tcp)));
  onTestFinished(() => {
    for (const { socket } of neighbours) socket.destroy();
  });
  await until(() => server.figures.rejected['too-many'] === 25, 20_000);
  const clients = await Promise.all(Array.from({ length: 5 }, () => connectRaw(unix)));
  for (const client of clients) {
    expect(await asks(client, 'ann@example.org')).toBe(frames('OK ann@example.org'));
    client.socket.destroy();
  }
  expect(server.figures.rejected['too-many']).toBe(25);
  expect(notes.messages('warn')).toEqual([expect.stringContaining('connections are refused')]);
});

test('one peer has no more than it may, and is served again when it lets some go', async () => {
  const { server, tcp } = await startServer({ maxConnectionsPerPeer: 3 });
  const clients = [];
  for (let i = 0; i < 3; i++) clients.push(await connectRaw(tcp));
  await (await connectRaw(tcp)).closed;
  expect(server.figures.rejected['too-many-of-peer']).toBe(1);
  clients[0]?.socket.end();
  await clients[0]?.closed;
  const again = await connectRaw(tcp);
  expect(await asks(again, 'a')).toBe(frames('OK a'));
  for (const { socket } of [...clients, again]) socket.destroy();
});

test.each(['tcp', 'unix'] as const)(
  'clients that ask without end and read nothing keep nobody waiting at %s',
  async (place) => {
    const { server, ...at } = await startServer();
    const endpoint = at[place];
    const flooding = Array.from({ length: 60 }, () => connect(toTarget(endpoint)));
    onTestFinished(() => {
      for (const socket of flooding) socket.destroy();
    });
    for (const socket of flooding) socket.once('connect', () => flood(socket));
    expect(await until(() => server.figures.requests > 5000, 20_000)).toBe(true);
    const before = server.figures.requests;
    // Each is accepted in a turn of its own.
    const polite = Array.from({ length: 30 }, () => connect(toTarget(endpoint)));
    await Promise.all(
      polite.map(async (socket) => {
        socket.write(frames('m ann@example.org'));
        await once(socket, 'data');
        socket.destroy();
      }),
    );
    // What others were answered meanwhile: some shares a turn, not all that they had sent.
    expect(server.figures.requests - before).toBeLessThan(60 * 1000);
  },
);

test('requests that wait for the directory are few over all connections, and each connection has its one', async () => {
  const waiting: (() => void)[] = [];
  let isDown = true;
  const server = createSocketmapServer({
    route: (_, key) =>
      isDown && key !== 'known'
        ? new Promise((resolve) => waiting.push(() => resolve(ok('x'.repeat(60_000)))))
        : ok(key),
    deadlineMs: 600_000,
  });
  onTestFinished(() => server.drain(0));
  const { endpoint } = await server.listen({ endpoint: ANY_PORT });
  const piled = Array.from({ length: 40 }, () => connect(toTarget(endpoint)));
  onTestFinished(() => {
    for (const socket of piled) socket.destroy();
  });
  for (const socket of piled) {
    socket.on('error', () => {}).once('connect', () => socket.write(frames('m a').repeat(300)));
  }
  expect(await until(() => waiting.length >= 256, 20_000)).toBe(true);
  const client = await connectRaw(endpoint);
  expect(await asks(client, 'known')).toBe(frames('OK known'));
  expect(waiting.length).toBeLessThanOrEqual(256 + 40);
  // All are answered in the end, those that wait here among them.
  isDown = false;
  for (const answer of waiting) answer();
  let bytes = 0;
  for (const socket of piled) socket.on('data', (chunk) => (bytes += chunk.length));
  const all = waiting.length * frames(`OK ${'x'.repeat(60_000)}`).length;
  const rest = (40 * 300 - waiting.length) * frames('OK a').length;
  expect(await until(() => bytes === all + rest, 60_000)).toBe(true);
});
