import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/maps/answer.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import {
  ANY_PORT,
  connectRaw,
  frames,
  toTarget,
  wrapSocket,
} from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let directory: TemporaryDirectory;

beforeEach(async () => {
  directory = await makeTemporaryDirectory('idpmap-drain');
});

afterEach(() => directory.remove());

/** Answers when told to, and says when it has been asked. */
function createHeld(): {
  readonly server: SocketmapServer;
  readonly asked: Promise<unknown>;
  readonly settle: () => void;
} {
  let settle = (): void => {};
  const answer = new Promise<Answer>((resolve) => {
    settle = () => resolve(ok('late'));
  });
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const server = createSocketmapServer({
    deadlineMs: 10_000,
    route: (map, key) => {
      if (map !== 'late') return ok(key);
      ask();
      return answer;
    },
  });
  return { server, asked, settle };
}

describe.each(['tcp', 'unix'] as const)('on %s', (kind) => {
  const makeEndpoint = (): Endpoint =>
    kind === 'tcp' ? ANY_PORT : { kind: 'unix', path: join(directory.path, 's') };

  test('answers what is in flight, then ends the connection', async () => {
    const { server, asked, settle } = createHeld();
    const { endpoint } = await server.listen({ endpoint: makeEndpoint() });
    const client = await connectRaw(endpoint);
    client.socket.write(frames('late a', 'm b'));
    await asked;
    const drained = server.drain(10_000);
    settle();
    await drained;
    await client.closed;
    expect(client.received()).toBe(frames('OK late', 'OK b'));
  });

  test('answers requests that had arrived, on connections that nobody had accepted yet', async () => {
    const { server } = createHeld();
    const { endpoint } = await server.listen({ endpoint: makeEndpoint() });
    const clients = Array.from({ length: 50 }, () => wrapSocket(connect(toTarget(endpoint))));
    await Promise.all(
      clients.map(async ({ socket }, i) => {
        await once(socket, 'connect');
        socket.write(frames(`m ${i}`));
      }),
    );
    await server.drain(10_000);
    await Promise.all(clients.map(({ closed }) => closed));
    expect(clients.map((client) => client.received())).toEqual(
      clients.map((_, i) => frames(`OK ${i}`)),
    );
  });

  test('ends idle and half-asked connections at once', async () => {
    const { server } = createHeld();
    const { endpoint } = await server.listen({ endpoint: makeEndpoint() });
    const [idle, half] = [await connectRaw(endpoint), await connectRaw(endpoint)];
    idle.socket.write(frames('m a'));
    half.socket.write('10:m');
    await idle.reads(frames('OK a'));
    // Would outlast the test.
    await server.drain(3_600_000);
    await Promise.all([idle.closed, half.closed]);
    expect(server.figures.listeners).toMatchObject([{ open: 0 }]);
  });

  test('destroys what is still open when its time is up', async () => {
    const { server, asked } = createHeld();
    const { endpoint } = await server.listen({ endpoint: makeEndpoint() });
    const client = await connectRaw(endpoint);
    client.socket.write(frames('late a'));
    await asked;
    await server.drain(10);
    await client.closed;
    expect(client.received()).toBe('');
  });

  test('accepts nobody afterwards', async () => {
    const { server } = createHeld();
    const { endpoint } = await server.listen({ endpoint: makeEndpoint() });
    await server.drain(1000);
    await expect(connectRaw(endpoint)).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  });

  test('closes one listener and leaves the other open', async () => {
    const { server } = createHeld();
    const first = await server.listen({ endpoint: makeEndpoint() });
    const second = await server.listen({
      endpoint: { kind: 'unix', path: join(directory.path, 'second') },
    });
    await first.close(1000);
    const client = await connectRaw(second.endpoint);
    client.socket.write(frames('m a'));
    expect(await client.reads(frames('OK a'))).toBe(frames('OK a'));
    client.socket.destroy();
    await server.drain(1000);
  });
});

test('removes its socket file', async () => {
  const { server } = createHeld();
  const path = join(directory.path, 's');
  await server.listen({ endpoint: { kind: 'unix', path } });
  expect(existsSync(path)).toBe(true);
  await server.drain(1000);
  expect(existsSync(path)).toBe(false);
});
