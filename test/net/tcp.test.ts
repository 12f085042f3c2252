import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../src/net/endpoint.ts';
import type { Listener } from '../../src/net/listener.ts';
import { bindTcp } from '../../src/net/tcp.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { findFreePorts } from '../support/loopback.ts';
import { startProcess } from '../support/process.ts';
import { ANY_PORT } from '../support/socketmap.ts';
import { until } from '../support/until.ts';

const servers: SocketmapServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.drain(1000)));
});

function listen(endpoint: Endpoint, takeover?: 'yes'): Promise<Listener> {
  const server = createSocketmapServer({ route: (_, key) => ok(key) });
  servers.push(server);
  return server.listen({ endpoint, ...(takeover === undefined ? {} : { takeover }) });
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
  await bindTcp(server, { kind: 'tcp', host: '::', port: 0 }, undefined);
  expect(server.address()).toMatchObject({ address: '0.0.0.0' });
  server.close();
});
