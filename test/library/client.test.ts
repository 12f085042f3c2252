import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import {
  createClient,
  LostConnection,
  type MapClient,
  type MapClientOptions,
  notFound,
  ok,
  perm,
  temp,
  timeout,
} from '../../src/index.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import { ANY_PORT, frames } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { serve } from './fixture.ts';

function clientOf(
  where: Parameters<typeof createClient>[0],
  options?: MapClientOptions,
): MapClient {
  const client = createClient(where, { timeoutMs: 10_000, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A client of a server that does with each connection, in their order, what its step says; the last one is for all others. */
async function meet(
  steps: readonly ((socket: Socket) => void)[],
  options: MapClientOptions = {},
): Promise<{ readonly client: MapClient; readonly connections: () => number }> {
  const place = await makeTemporaryDirectory('idpmap-client');
  const path = join(place.path, 's');
  let count = 0;
  const server = await serveLoopback(async (socket) => {
    steps[Math.min(count++, steps.length - 1)]?.(socket);
  }, path);
  onTestFinished(async () => {
    await server.stop();
    await place.remove();
  });
  return { client: clientOf(`unix:${path}`, options), connections: () => count };
}

/** Says `bytes` to each request. */
const says =
  (...bytes: readonly string[]) =>
  (socket: Socket) =>
    socket.on('data', () => {
      for (const each of bytes) socket.write(each);
    });

const hangUp = (socket: Socket) => socket.once('data', () => socket.destroy());

test('brings what idpmap says, of each status', async () => {
  const answers = [ok('Jürgen x'), notFound(), temp('t'), timeout('o'), perm('p')];
  const server = serve().registerMap('m', (key) => answers[Number(key)] ?? temp('x'));
  const { endpoint } = await server.listen(ANY_PORT);
  const client = clientOf(endpoint);
  for (const [i, answer] of answers.entries())
    expect(await client.lookup('m', String(i))).toEqual(answer);
  expect(await client.lookup('other', 'k')).toEqual(perm('map other is not configured'));
});

test('asks over several connections, one question each, and gives each its own answer', async () => {
  let underWay = 0;
  let most = 0;
  const server = serve().registerMap('m', async (key) => {
    most = Math.max(most, ++underWay);
    await delay(Number(key) % 3);
    underWay--;
    return ok(key);
  });
  const { endpoint } = await server.listen(ANY_PORT);
  const client = clientOf(endpoint, { connections: 4 });
  const keys = Array.from({ length: 100 }, (_, i) => `${i}`);
  expect(await Promise.all(keys.map((key) => client.lookup('m', key)))).toEqual(keys.map(ok));
  expect(most).toBe(4);
  expect(server.figures.listeners).toMatchObject([{ total: 4 }]);
});

test('uses one connection where nothing else is said', async () => {
  const server = serve().registerMap('m', ok);
  const { endpoint } = await server.listen(ANY_PORT);
  const client = clientOf(endpoint);
  await Promise.all(['a', 'b', 'c'].map((key) => client.lookup('m', key)));
  expect(server.figures.listeners).toMatchObject([{ total: 1 }]);
});

test('is TEMP, with the fault, where nobody listens', async () => {
  const [port = 0] = await findFreePorts(1);
  const seen = await clientOf(`tcp://127.0.0.1:${port}`).lookup('m', 'k');
  expect(seen).toMatchObject({ status: 'TEMP', fault: expect.any(Error) });
  expect(seen).toHaveProperty('reason', expect.stringContaining('ECONNREFUSED'));
});

test('tries once more on a new connection where one ends before its reply', async () => {
  const { client, connections } = await meet([hangUp, says(frames('OK second'))]);
  expect(await client.lookup('m', 'k')).toEqual(ok('second'));
  expect(connections()).toBe(2);
});

test('is TEMP where both end', async () => {
  const { client, connections } = await meet([hangUp]);
  const seen = await client.lookup('m', 'k');
  expect(seen).toMatchObject({ status: 'TEMP', fault: expect.any(LostConnection) });
  expect(connections()).toBe(2);
});

test('is TEMP after its time, on which no second try begins anew', async () => {
  const { client, connections } = await meet([() => {}], { timeoutMs: 60 });
  const before = performance.now();
  expect(await client.lookup('m', 'k')).toMatchObject({
    status: 'TEMP',
    reason: expect.stringContaining('gave no reply within'),
  });
  expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  expect(connections()).toBe(1);
});

test('does not take the late reply to one question for the answer to the next', async () => {
  const late = (socket: Socket) =>
    socket.once('data', () => setTimeout(() => socket.write(frames('OK late')), 60));
  const { client } = await meet([late, says(frames('NOTFOUND '))], { timeoutMs: 40 });
  expect(await client.lookup('m', 'first')).toMatchObject({ status: 'TEMP' });
  await delay(40);
  expect(await client.lookup('m', 'second')).toEqual(notFound());
});

test.each([
  ['a second reply', frames('OK stray')],
  ['the beginning of one', '8:OK st'],
  ['a length', '8'],
])('does not take %s that nobody asked for for the next answer', async (_, stray) => {
  const { client, connections } = await meet([
    says(frames('OK first') + stray),
    says(frames('NOTFOUND ')),
  ]);
  expect(await client.lookup('m', 'a')).toEqual(ok('first'));
  expect(await client.lookup('m', 'b')).toEqual(notFound());
  expect(connections()).toBe(2);
});

test.each([
  ['no netstring', 'hello\n', 'no netstring'],
  ['a leading zero', '05:OK xx,', 'no netstring'],
  ['no comma', '4:OK x;', 'no netstring'],
  ['an unknown status', frames('YES x'), 'which is no status'],
  ['an empty reply', frames(''), 'which is no status'],
  ['a reply that is too long', '100001:', 'more than 100000 bytes'],
])('is TEMP where the server brings %s', async (_, bytes, told) => {
  const { client } = await meet([says(bytes)]);
  const seen = await client.lookup('m', 'k');
  expect(seen).toMatchObject({ status: 'TEMP', reason: expect.stringContaining(told) });
});

test.each([
  ['OK', notFound()],
  ['OK ', ok('')],
  ['OK  x', ok(' x')],
  ['NOTFOUND', notFound()],
  ['NOTFOUND x', notFound()],
])('takes the reply %j as Postfix does', async (payload, answer) => {
  const { client } = await meet([says(frames(payload))]);
  expect(await client.lookup('m', 'k')).toEqual(answer);
});

test('puts replies together however they are cut', async () => {
  const { client } = await meet([says('1', '0:', 'OK J', 'ürgen,')]);
  expect(await client.lookup('m', 'k')).toEqual(ok('Jürgen'));
});

test('is TEMP for a key that no server would take, and refuses a name that no map has', async () => {
  const { client, connections } = await meet([says(frames('OK x'))]);
  expect(await client.lookup('m', 'x'.repeat(20_000))).toMatchObject({ status: 'TEMP' });
  await expect(client.lookup('two words', 'k')).rejects.toThrow("is no map's name");
  expect(connections()).toBe(0);
});

test('gives TEMP to whoever waits when it is closed', async () => {
  const { client } = await meet([() => {}]);
  const waiting = [client.lookup('m', 'a'), client.lookup('m', 'b')];
  await delay(10);
  client.close();
  for (const seen of await Promise.all(waiting)) expect(seen).toMatchObject({ status: 'TEMP' });
  expect(await client.lookup('m', 'c')).toMatchObject({
    reason: expect.stringContaining('the client is closed'),
  });
});

test('gives up a question that waits for its turn too long', async () => {
  const { client } = await meet([() => {}], { timeoutMs: 50 });
  const [first, second] = await Promise.all([client.lookup('m', 'a'), client.lookup('m', 'b')]);
  expect([first.status, second.status]).toEqual(['TEMP', 'TEMP']);
});

test('knows the maps that it is told of', async () => {
  const client = createClient<'first' | 'second'>('tcp://127.0.0.1:1');
  // @ts-expect-error there is none of the name
  const seen = client.lookup('thrid', 'k');
  client.close();
  expect(await seen).toMatchObject({ status: 'TEMP' });
  expect(() => createClient('nowhere')).toThrow(/is no endpoint/);
});
