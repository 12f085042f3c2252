import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import type { Listener } from '../../src/net/listening.ts';
import { bindTcp } from '../../src/net/tcp.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { findFreePorts } from '../support/loopback.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { ANY_PORT } from '../support/socketmap/socketmap.ts';
import { until } from '../support/until.ts';

const servers: SocketmapServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.drain(1000)));
});

function listen(
  endpoint: Endpoint,
  takeover?: 'yes',
  replaces?: readonly Endpoint[],
): Promise<Listener> {
  const server = createSocketmapServer({ route: (_, key) => ok(key) });
  servers.push(server);
  return server.listen({ endpoint, ...(takeover && { takeover }), ...(replaces && { replaces }) });
}

/** Another program of this user that listens there, and shares its port as an idpmap does. */
async function startSharing(host: string, port: number): Promise<RunningProcess> {
  const options = JSON.stringify({ host, port, reusePort: true });
  const script = `require('net').createServer().listen(${options}, () => console.log('ready'))`;
  const other = startProcess(process.execPath, ['--eval', script], { cwd: '/', env: {} });
  onTestFinished(() => other.stop());
  await until(() => other.output().includes('ready'), 10_000);
  return other;
}

test('says which port the system chose', async () => {
  const { endpoint } = await listen(ANY_PORT);
  expect(endpoint).toMatchObject({ kind: 'tcp', host: '127.0.0.1' });
  expect(endpoint).not.toMatchObject({ port: 0 });
});

test.each(['127.0.0.1', '::1'])('names who listens at %s already', async (host) => {
  const { endpoint } = await listen({ kind: 'tcp', host, port: 0 });
  await expect(listen(endpoint)).rejects.toThrow(`is in use by pid ${process.pid} (`);
});

test('says how to mend it where it may be another idpmap', async () => {
  const [port = 0] = await findFreePorts(1);
  const script = `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('ready'))`;
  const other = startProcess(process.execPath, ['--eval', script], { cwd: '/', env: {} });
  await until(() => other.output().includes('ready'), 10_000);
  await expect(listen({ kind: 'tcp', host: '127.0.0.1', port })).rejects.toThrow(
    `tcp://127.0.0.1:${port} is in use by pid ${other.pid} (node): stop it, choose another port, or, if it is an idpmap, start with --takeover`,
  );
  await other.stop();
});

test('is an error where another program listens, even with take-over', async () => {
  const other = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listen({ kind: 'tcp', host: '127.0.0.1', port }, 'yes')).rejects.toThrow(
    `tcp://127.0.0.1:${port} is in use by pid ${process.pid} (`,
  );
  other.close();
});

test('listens beside another with take-over', async () => {
  const { endpoint } = await listen(ANY_PORT);
  expect((await listen(endpoint, 'yes')).endpoint).toEqual(endpoint);
});

test('says that an address is not this machine’s', async () => {
  await expect(listen({ kind: 'tcp', host: '192.0.2.1', port: 0 })).rejects.toThrow(
    /^tcp:\/\/192\.0\.2\.1:0 cannot be listened at \(.*\): this machine has no such address/,
  );
});

test('listens at every IPv4 address for [::] where the kernel has no IPv6', async () => {
  const server = createServer();
  // What such a kernel says; none of ours can be made to.
  vi.spyOn(server, 'listen').mockImplementationOnce(() => {
    const error = new Error('listen EAFNOSUPPORT: address family not supported :::0');
    setImmediate(() => server.emit('error', Object.assign(error, { code: 'EAFNOSUPPORT' })));
    return server;
  });
  await bindTcp(server, { kind: 'tcp', host: '::', port: 0 }, { log: silentLog });
  expect(server.address()).toMatchObject({ address: '0.0.0.0' });
  server.close();
});

describe('an endpoint of this process', () => {
  test.each([
    ['127.0.0.1', '0.0.0.0'],
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.2', '0.0.0.0'],
    ['::1', '::'],
    ['::', '::1'],
    ['127.0.0.1', '::'],
    ['::', '127.0.0.1'],
    ['0.0.0.0', '::'],
    ['0:0:0:0:0:0:0:1', '::'],
    ['::ffff:127.0.0.1', '0.0.0.0'],
    ['127.0.0.1', 'localhost'],
  ])('at %s is replaced by one at %s, which answers', async (host, wider) => {
    const former = await listen({ kind: 'tcp', host, port: 0 });
    const { endpoint } = former;
    const { port } = endpoint.kind === 'tcp' ? endpoint : { port: 0 };
    const next = await listen({ kind: 'tcp', host: wider, port }, undefined, [endpoint]);
    await former.close(1000);
    const client = createSocketmapClient({ endpoint: next.endpoint, timeoutMs: 5000 });
    expect(await client.ask('m', 'k')).toEqual(ok('k'));
    client.close();
  });

  test('that is not replaced is in use', async () => {
    const { endpoint } = await listen(ANY_PORT);
    const { port } = endpoint.kind === 'tcp' ? endpoint : { port: 0 };
    const elsewhere: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: port === 1 ? 2 : 1 };
    for (const replaces of [[], [elsewhere]])
      await expect(
        listen({ kind: 'tcp', host: '0.0.0.0', port }, undefined, replaces),
      ).rejects.toThrow(`tcp://0.0.0.0:${port} is in use by pid ${process.pid} (`);
  });

  test.each(['127.0.0.1', '127.0.0.3', '::1'])(
    'at %s gives nobody the place of another program',
    async (host) => {
      const { endpoint } = await listen({ kind: 'tcp', host, port: 0 });
      const { port } = endpoint.kind === 'tcp' ? endpoint : { port: 0 };
      const other = await startSharing('127.0.0.2', port);
      await expect(
        listen({ kind: 'tcp', host: '::', port }, undefined, [endpoint]),
      ).rejects.toThrow(
        `tcp://[::]:${port} is in use by pid ${other.pid} (node): stop it, choose another port, or, if it is an idpmap, start with --takeover`,
      );
    },
  );
});

test('another program that shares the very address of an endpoint that is replaced is met', async () => {
  const { endpoint } = await listen(ANY_PORT);
  const { port } = endpoint.kind === 'tcp' ? endpoint : { port: 0 };
  const other = await startSharing('127.0.0.1', port);
  await expect(
    listen({ kind: 'tcp', host: '0.0.0.0', port }, undefined, [endpoint]),
  ).rejects.toThrow(`is in use by pid ${other.pid} (node)`);
});

test.each([
  ['127.0.0.2', '0.0.0.0'],
  ['127.0.0.1', '::'],
])('another program that shares its port at %s is met at %s', async (host, wider) => {
  const [port = 0] = await findFreePorts(1);
  const other = await startSharing(host, port);
  await expect(listen({ kind: 'tcp', host: wider, port })).rejects.toThrow(
    `is in use by pid ${other.pid} (node)`,
  );
});

test('another program at one address leaves the others', async () => {
  const [port = 0] = await findFreePorts(1);
  await startSharing('127.0.0.2', port);
  expect((await listen({ kind: 'tcp', host: '127.0.0.1', port })).endpoint).toMatchObject({ port });
});
