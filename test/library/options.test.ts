import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import {
  createServer,
  type Hooks,
  type Log,
  type MapServer,
  type MapServerOptions,
  notFound,
  ok,
} from '../../src/index.ts';
import { makeCertificate } from '../support/certificate.ts';
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

function serve(options: MapServerOptions = {}): MapServer {
  const server = createServer({ maps: { m: ok }, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function connectTo(server: MapServer): Promise<RawClient> {
  const { endpoint } = await server.listen(ANY_PORT);
  return connectRaw(endpoint);
}

const answered = async (client: RawClient, key: string): Promise<string> => {
  const before = client.received();
  client.socket.write(frames(`m ${key}`));
  const all = await client.reads(before + frames(`OK ${key}`));
  return all.slice(before.length);
};

test('idleTimeoutMs ends a connection that is silent', async () => {
  const server = serve({ idleTimeoutMs: 50 });
  const client = await connectTo(server);
  expect(await answered(client, 'k')).toBe(frames('OK k'));
  await client.closed;
  expect(server.figures.violations.idle).toBe(1);
});

test('requestTimeoutMs ends a connection whose request stays unfinished', async () => {
  const server = serve({ requestTimeoutMs: 50 });
  const client = await connectTo(server);
  client.socket.write('10:m a');
  await client.closed;
  expect(server.figures.violations['request-timeout']).toBe(1);
});

test('writeTimeoutMs ends a connection that does not read its replies', async () => {
  const server = serve({ writeTimeoutMs: 50 });
  server.registerMap('long', () => ok('x'.repeat(90_000)));
  const client = await connectTo(server);
  client.socket.pause();
  client.socket.write(frames(...Array.from({ length: 500 }, () => 'long k')));
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = setInterval(() => {
    if (server.figures.violations['reply-timeout'] === 1) resolve();
  }, 20);
  await promise;
  clearInterval(look);
  client.socket.destroy();
});

test('no time limit is 0: a begun request and a silent client stay', async () => {
  const server = serve({ requestTimeoutMs: 0, writeTimeoutMs: 0, idleTimeoutMs: 0 });
  const client = await connectTo(server);
  client.socket.write('5:m a');
  // Two of the server's rounds, in each of which it looks who has taken too long.
  await new Promise((resolve) => setTimeout(resolve, 2200));
  client.socket.write('bc,');
  expect(await client.reads(frames('OK abc'))).toBe(frames('OK abc'));
  client.socket.destroy();
});

test('maxRequestBytes takes a request of so many bytes, and denies a longer one', async () => {
  const server = serve({ maxRequestBytes: 10 });
  const client = await connectTo(server);
  expect(await answered(client, '12345678')).toBe(frames('OK 12345678'));
  client.socket.write(frames('m 123456789'));
  const both = frames('OK 12345678', 'NOTFOUND ');
  expect(await client.reads(both)).toBe(both);
  expect(server.figures.violations.oversize).toBe(1);
  client.socket.destroy();
});

test('maxRequestBytes 0 takes what is far longer than anybody sends', async () => {
  const server = serve({ maxRequestBytes: 0 });
  server.registerMap('length', (key) => ok(String(key.length)));
  const client = await connectTo(server);
  client.socket.write(frames(`length ${'x'.repeat(3_000_000)}`));
  expect(await client.reads(frames('OK 3000000'))).toBe(frames('OK 3000000'));
  // A length alone takes no memory.
  client.socket.write('500000000:length ');
  client.socket.destroy();
});

test('maxReplyBytes answers TEMP in place of what is longer, and the connection stays', async () => {
  const server = serve({ maxReplyBytes: 8 });
  const client = await connectTo(server);
  expect(await answered(client, '12345')).toBe(frames('OK 12345'));
  const all = frames('OK 12345', 'TEMP idpmap reply-size', 'OK 1');
  client.socket.write(frames('m 123456', 'm 1'));
  expect(await client.reads(all)).toBe(all);
  expect(server.figures.refused.size).toBe(1);
  client.socket.destroy();
});

test('a reply has 100 000 bytes where nothing else is said, and any number where 0 is', async () => {
  const long = (key: string) => ok('x'.repeat(Number(key)));
  const usual = serve({ maps: { long } });
  expect(await usual.ask('long', '99997')).toMatchObject({ status: 'OK' });
  expect(await usual.ask('long', '99998')).toMatchObject({ reason: 'idpmap reply-size' });
  const any = serve({ maps: { long }, maxReplyBytes: 0 });
  expect(await any.ask('long', '5000000')).toMatchObject({ status: 'OK' });
});

test('maxConnections closes further ones at once, and takes the next when one has left', async () => {
  const server = serve({ maxConnections: 1 });
  const { endpoint } = await server.listen(ANY_PORT);
  const first = await connectRaw(endpoint);
  expect(await answered(first, 'k')).toBe(frames('OK k'));
  const second = await connectRaw(endpoint);
  await second.closed;
  expect(server.figures.rejected['too-many']).toBe(1);
  first.socket.destroy();
  await first.closed;
});

test('maxConnectionsPerPeer holds one peer to its share', async () => {
  const server = serve({ maxConnectionsPerPeer: 1 });
  const { endpoint } = await server.listen(ANY_PORT);
  const first = await connectRaw(endpoint);
  expect(await answered(first, 'k')).toBe(frames('OK k'));
  const second = await connectRaw(endpoint);
  await second.closed;
  expect(server.figures.rejected['too-many-of-peer']).toBe(1);
  first.socket.destroy();
});

test('allow closes whoever is not in its networks', async () => {
  const server = serve();
  const { endpoint } = await server.listen(ANY_PORT, { allow: ['192.0.2.0/24'] });
  const client = await connectRaw(endpoint);
  await client.closed;
  expect(server.figures.rejected['not-allowed']).toBe(1);
});

describeWith(['openssl'], 'tls', () => {
  test('serves whoever speaks it, by what listen was given', async () => {
    const place = await makeTemporaryDirectory('idpmap-library');
    onTestFinished(() => place.remove());
    const { cert, key } = makeCertificate(place.path, 'own');
    const { endpoint } = await serve().listen(ANY_PORT, { tls: { cert, key } });
    const client = wrapSocket(connectTls({ ...toTarget(endpoint), rejectUnauthorized: false }));
    expect(await answered(client, 'k')).toBe(frames('OK k'));
    client.socket.destroy();
  });
});

test('log is told of what can not be sent', async () => {
  const lines: string[] = [];
  const write = (_: object, message: string) => void lines.push(message);
  const log: Log = {
    debug: write,
    info: write,
    warn: write,
    error: write,
    isLevelEnabled: () => false,
  };
  const server = serve({ log });
  await server.ask('m', '');
  expect(lines).toEqual(["an answer can't be sent, its mail is deferred"]);
});

/** Hooks that keep what they hear. */
function listen() {
  const heard: (readonly [string, object])[] = [];
  const keep = (name: string) => (event: object) => void heard.push([name, event]);
  const hooks: Hooks = {
    replied: ({ durationMs, ...event }) =>
      heard.push(['replied', { ...event, took: durationMs >= 0 }]),
    connected: keep('connected'),
    disconnected: keep('disconnected'),
    rejected: keep('rejected'),
    violated: keep('violated'),
  };
  return { hooks, heard };
}

test('hooks hear of replies, what became of them, and of no name that a client invents', async () => {
  const { hooks, heard } = listen();
  const server = serve({ hooks, deadlineMs: 20 });
  server.registerMap('none', notFound).registerMap('slow', () => new Promise(() => {}));
  server.registerMap('bad', () => Promise.reject(new Error('x')));
  const client = await connectTo(server);
  client.socket.write(frames('m k', 'm ', 'none k', 'bad k', 'invented k', 'slow k'));
  await client.reads(
    frames(
      'OK k',
      'TEMP idpmap reply-empty',
      'NOTFOUND ',
      'TEMP idpmap bug',
      'PERM map invented is not configured',
      'TEMP idpmap deadline',
    ),
  );
  const replies = heard.filter(([name]) => name === 'replied').map(([, event]) => event);
  expect(replies).toEqual([
    { map: 'm', status: 'OK', took: true },
    { map: 'm', status: 'TEMP', fault: 'empty', took: true },
    { map: 'none', status: 'NOTFOUND', took: true },
    { status: 'PERM', took: true },
    { map: 'bad', status: 'TEMP', fault: 'bug', took: true },
    { map: 'slow', status: 'TEMP', fault: 'deadline', took: true },
  ]);
  client.socket.destroy();
});

test('hooks hear of connections', async () => {
  const { hooks, heard } = listen();
  const server = serve({ hooks });
  const { endpoint } = await server.listen(ANY_PORT);
  const { endpoint: closed } = await server.listen(ANY_PORT, { allow: [] });
  const client = await connectRaw(endpoint);
  client.socket.write('4no netstring');
  await client.closed;
  await (await connectRaw(closed)).closed;
  await server.shutdown();
  expect(heard.map(([name]) => name)).toEqual([
    'connected',
    'violated',
    'disconnected',
    'rejected',
  ]);
  expect(heard.at(-1)?.[1]).toMatchObject({ rejection: 'not-allowed' });
});

test('a hook that throws changes nothing', async () => {
  const hooks: Hooks = {
    replied: () => {
      throw new Error('x');
    },
  };
  const client = await connectTo(serve({ hooks }));
  expect(await answered(client, 'k')).toBe(frames('OK k'));
  client.socket.destroy();
});
