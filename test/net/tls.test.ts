import { once } from 'node:events';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { describeWith } from '../support/requirement.ts';
import {
  ANY_PORT,
  connectRaw,
  frames,
  type RawClient,
  toTarget,
  wrapSocket,
} from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

describeWith(['openssl'], 'over TLS', () => {
  let own: Certificate;
  let other: Certificate;
  let friend: Certificate;
  let server: SocketmapServer;

  beforeAll(async () => {
    const directory = await makeTemporaryDirectory('idpmap-tls');
    own = makeCertificate(directory.path, 'own');
    other = makeCertificate(directory.path, 'other');
    friend = makeCertificate(directory.path, 'friend');
    afterAll(() => directory.remove());
  });

  afterEach(() => server.drain(1000));

  const serve = (): SocketmapServer => {
    server = createSocketmapServer({ route: async (_, key) => ok(key) });
    return server;
  };

  /** Connects and waits for the handshake, which fails for nobody here in TLS 1.3: the server's no comes after it. */
  const connectTls = async (
    endpoint: Endpoint,
    options: ConnectionOptions = {},
  ): Promise<RawClient> => {
    const socket = connect({
      ...toTarget(endpoint),
      rejectUnauthorized: false,
      ...options,
    });
    const client = wrapSocket(socket);
    await once(socket, 'secureConnect');
    return client;
  };

  const answerTo = async (client: RawClient): Promise<string> => {
    client.socket.write(frames('m a'));
    const text = await client.reads(frames('OK a'));
    client.socket.destroy();
    return text;
  };

  test('answers, in order', async () => {
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const client = await connectTls(endpoint);
    client.socket.write(frames('m a', 'm b'));
    expect(await client.reads(frames('OK a', 'OK b'))).toBe(frames('OK a', 'OK b'));
    client.socket.destroy();
  });

  test('answers 20 000 requests of one write to a client that closes its half', async () => {
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const client = await connectTls(endpoint);
    const keys = Array.from({ length: 20_000 }, (_, i) => `user${i}@example.org`);
    client.socket.end(frames(...keys.map((key) => `m ${key}`)));
    await client.closed;
    expect(client.received()).toBe(frames(...keys.map((key) => `OK ${key}`)));
  });

  test('is spoken by the client, which checks the certificate', async () => {
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const trusting = createSocketmapClient({ endpoint, tls: { ca: own.cert }, timeoutMs: 10_000 });
    expect(await trusting.ask('m', 'a')).toEqual(ok('a'));
    trusting.close();
    const wary = createSocketmapClient({ endpoint, tls: { ca: other.cert }, timeoutMs: 10_000 });
    await expect(wary.ask('m', 'a')).rejects.toThrow('the connection failed (self-signed');
  });

  test('counts a client that does not speak it', async () => {
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const client = await connectRaw(endpoint);
    client.socket.write(frames('m a'));
    await client.closed;
    expect(client.received()).not.toContain('OK');
    expect(server.figures.rejected.tls).toBe(1);
  });

  test('lets a client in whose certificate is asked for', async () => {
    const tls = { ...own, clientCa: friend.cert };
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls });
    expect(await answerTo(await connectTls(endpoint, friend))).toBe(frames('OK a'));
  });

  test.each(['no certificate', 'another’s certificate'])(
    'refuses a client with %s',
    async (which) => {
      const tls = { ...own, clientCa: friend.cert };
      const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls });
      const client = await connectTls(endpoint, which === 'no certificate' ? {} : other);
      expect(await answerTo(client)).toBe('');
      await expect.poll(() => server.figures.rejected.tls).toBe(1);
    },
  );

  test('shows another certificate once it is set, and keeps the connections', async () => {
    const listener = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const before = await connectTls(listener.endpoint);
    listener.setTls(other);
    const after = await connectTls(listener.endpoint, {
      ca: other.cert,
      rejectUnauthorized: true,
    });
    expect(await answerTo(after)).toBe(frames('OK a'));
    expect(await answerTo(before)).toBe(frames('OK a'));
  });

  test('keeps its certificate where the new one cannot be used', async () => {
    const listener = await serve().listen({ endpoint: ANY_PORT, tls: own });
    expect(() => listener.setTls({ cert: own.cert, key: other.key })).toThrow(
      'cannot use its TLS certificate, key or client CA',
    );
    expect(await answerTo(await connectTls(listener.endpoint, { ca: own.cert }))).toBe(
      frames('OK a'),
    );
  });

  test('does not listen with a certificate that is none', async () => {
    const tls = { cert: 'nonsense', key: own.key };
    await expect(serve().listen({ endpoint: ANY_PORT, tls })).rejects.toThrow(
      'tcp://127.0.0.1:0 cannot use its TLS certificate',
    );
  });

  test('is not switched on afterwards', async () => {
    const listener = await serve().listen({ endpoint: ANY_PORT });
    expect(() => listener.setTls(own)).toThrow('was opened without TLS');
  });

  test('ends with what is in flight answered, and counts nobody as open', async () => {
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const client = await connectTls(endpoint);
    client.socket.write(frames('m a'));
    await client.reads(frames('OK a'));
    // Would outlast the test.
    await server.drain(3_600_000);
    expect(server.figures.listeners).toMatchObject([{ open: 0, total: 1 }]);
    client.socket.destroy();
  });

  test('counts a client that leaves in the midst of the handshake', async () => {
    const { endpoint } = await serve().listen({ endpoint: ANY_PORT, tls: own });
    const wary = createSocketmapClient({ endpoint, tls: { ca: other.cert }, timeoutMs: 10_000 });
    await expect(wary.ask('m', 'a')).rejects.toThrow('self-signed');
    await expect.poll(() => server.figures.listeners).toMatchObject([{ open: 0, total: 1 }]);
  });

  test('drops a client that does not shake hands', async () => {
    server = createSocketmapServer({ route: () => ok('a'), limits: { requestTimeoutMs: 10 } });
    const { endpoint } = await server.listen({ endpoint: ANY_PORT, tls: own });
    const client = await connectRaw(endpoint);
    await client.closed;
    expect(server.figures.rejected.tls).toBe(1);
  });
});
