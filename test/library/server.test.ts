import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createServer, notFound, ok, perm, temp, timeout } from '../../src/index.ts';
import { frames } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { ask, connectTo, serve } from './fixture.ts';

test('says each of the five replies, at once and as a promise', async () => {
  const answers = [ok('d'), notFound(), temp('t'), timeout('o'), perm('p')];
  const server = serve()
    .registerMap('now', (key) => answers[Number(key)] ?? perm('x'))
    .registerMap('later', async (key) => answers[Number(key)] ?? perm('x'));
  const client = await connectTo(server);
  const keys = answers.map((_, i) => i);
  client.socket.write(frames(...keys.map((i) => `now ${i}`), ...keys.map((i) => `later ${i}`)));
  const replies = ['OK d', 'NOTFOUND ', 'TEMP t', 'TIMEOUT o', 'PERM p'];
  const all = frames(...replies, ...replies);
  expect(await client.reads(all)).toBe(all);
});

test('gives a handler its map, the key as it came and when the answer is due', async () => {
  const seen: unknown[] = [];
  const server = serve({ deadlineMs: 700 }).registerMap(
    'm',
    (key, { map, arrivedAt, deadline }) => {
      seen.push([map, key, deadline - arrivedAt]);
      return ok(key);
    },
  );
  const client = await connectTo(server);
  expect(await ask(client, 'm Jürgen x ', 'OK Jürgen x ')).toBe(frames('OK Jürgen x '));
  expect(seen).toEqual([['m', 'Jürgen x ', 700]]);
});

test('is PERM for a map that nobody registered, though JavaScript knows its name', async () => {
  const server = serve().registerMap('m', ok);
  expect(await server.ask('other', 'k')).toEqual(perm('map other is not configured'));
  expect(await server.ask('constructor', 'k')).toEqual(perm('map constructor is not configured'));
});

test('hands maps without a handler of their own to the default map, with their name', async () => {
  const server = serve({ defaultMap: (map, key) => ok(`${map}/${key}`) }).registerMap('m', ok);
  const client = await connectTo(server);
  expect(await ask(client, 'other k', 'OK other/k')).toBe(frames('OK other/k'));
  expect(await server.ask('m', 'k')).toEqual(ok('k'));
  server.registerDefaultMap(async (map) => temp(map));
  expect(await server.ask('other', 'k')).toEqual(temp('other'));
  server.unregisterDefaultMap();
  expect(await server.ask('other', 'k')).toEqual(perm('map other is not configured'));
});

test('lets maps come, change and go while it serves', async () => {
  const server = serve();
  const client = await connectTo(server);
  const say = async (request: string): Promise<string> => {
    const before = client.received();
    client.socket.write(frames(request));
    return (await client.reads(`${before}0:,`)).slice(before.length).replace(/^\d+:|,$/g, '');
  };
  expect(await say('m k')).toBe('PERM map m is not configured');
  server.registerMap('m', () => ok('first'));
  expect(await say('m k')).toBe('OK first');
  server.registerMap('m', () => ok('second'));
  expect(await say('m k')).toBe('OK second');
  expect(server.unregisterMap('m')).toBe(true);
  expect(server.unregisterMap('m')).toBe(false);
  expect(await say('m k')).toBe('PERM map m is not configured');
});

test.each(['', 'two words'])('registers no map "%s": nobody could ask for it', (name) => {
  expect(() => createServer().registerMap(name, ok)).toThrow(/is no map's name/);
});

test('listens on 27823 where no port is named', async () => {
  const server = serve();
  const { endpoint } = await server.listen('tcp://127.0.0.1');
  expect(endpoint).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 27_823 });
  await expect(server.listen()).rejects.toThrow(/27823/);
  await expect(server.listen('no where')).rejects.toThrow(/is no endpoint, write tcp:/);
});

test('listens on TCP, on IPv6 and on a Unix socket at once', async () => {
  const place = await makeTemporaryDirectory('idpmap-library');
  onTestFinished(() => place.remove());
  const server = serve().registerMap('m', ok);
  const clients = await Promise.all([
    connectTo(server),
    connectTo(server, { kind: 'tcp', host: '::1', port: 0 }),
    connectTo(server, { kind: 'unix', path: join(place.path, 's') }),
  ]);
  const replies = clients.map((client, i) => ask(client, `m ${i}`, `OK ${i}`));
  expect(await Promise.all(replies)).toEqual(['OK 0', 'OK 1', 'OK 2'].map((each) => frames(each)));
  expect(server.figures.listeners).toHaveLength(3);
});

test('answers TEMP where a handler throws, rejects or brings nonsense, says so, and lives on', async () => {
  const lines: string[] = [];
  const write = (fields: { readonly err?: Error }) => void lines.push(fields.err?.message ?? '');
  const log = { debug: write, info: write, warn: write, error: write, isLevelEnabled: () => false };
  // What JavaScript lets anybody bring.
  const nonsense: readonly unknown[] = [
    undefined,
    null,
    'OK x',
    {},
    { status: 'YES' },
    { status: 'OK' },
  ];
  const server = serve({ log })
    .registerMap('throws', () => {
      throw new Error('thrown');
    })
    .registerMap('rejects', () => Promise.reject(new Error('rejected')))
    .registerMap('late', async (key) => JSON.parse(key))
    .registerMap('nonsense', (key) => Reflect.get(nonsense, key));
  const bug = temp('idpmap bug');
  expect(await server.ask('throws', 'k')).toEqual(bug);
  expect(await server.ask('rejects', 'k')).toEqual(bug);
  expect(await server.ask('late', '{"status":"TEMP"}')).toEqual(bug);
  for (const i of nonsense.keys()) expect(await server.ask('nonsense', `${i}`)).toEqual(bug);
  expect(lines.slice(0, 2)).toEqual(['thrown', 'rejected']);
  expect(lines[2]).toMatch(
    /the handler of map late brought an object of status, which is no answer/,
  );
  expect(lines).toHaveLength(3 + nonsense.length);
  const client = await connectTo(server);
  expect(await ask(client, 'throws k', 'TEMP idpmap bug')).toBe(frames('TEMP idpmap bug'));
  expect(server.figures.bugs).toBe(1);
});

test('knows the names that were given as literals', () => {
  const server = createServer({ maps: { first: ok } }).registerMap('second', ok);
  server.unregisterMap('second');
  // @ts-expect-error nobody registered it
  server.unregisterMap('thrid');
  // @ts-expect-error a text is no answer
  createServer({ maps: { m: () => 'OK x' } });
  // @ts-expect-error nor is the promise of one
  server.registerMap('m', async () => 'OK x');
  // @ts-expect-error nor is nothing
  server.registerDefaultMap(() => {});
});
