import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createLookup, type LookupSources } from '../../src/net/lookup.ts';

const HOST = 'ldap.example.org';
const hang = () => new Promise<never>(() => {});
const fails = (code: string) => () =>
  Promise.reject(Object.assign(new Error(`getaddrinfo ${code} ${HOST}`), { code }));
const gives =
  (...addresses: readonly string[]) =>
  async (): Promise<readonly LookupAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** A lookup over sources that change as the test goes on. */
function setUp(first: Partial<LookupSources>) {
  const state = { system: gives(), servers: hang, now: 0, asked: 0, ...first };
  const lookup = createLookup({
    system: (host) => {
      state.asked++;
      return state.system(host);
    },
    servers: (host) => state.servers(host),
    clock: { now: () => state.now },
  });
  const find = (options: { readonly family?: number } = {}): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      lookup(HOST, { ...options, all: true }, (error, addresses) => {
        if (error !== null) reject(error);
        else if (typeof addresses === 'string') resolve([addresses]);
        else resolve(addresses.map(({ address }) => address));
      });
    });
  return { state, find, lookup };
}

test('finds what the system says, and nobody else is asked', async () => {
  const { find } = setUp({ system: gives('192.0.2.1', '2001:db8::1'), servers: fails('EFAIL') });
  expect(await find()).toEqual(['192.0.2.1', '2001:db8::1']);
  expect(await find({ family: 6 })).toEqual(['2001:db8::1']);
});

test('gives one address where one is asked for', async () => {
  const { lookup } = setUp({ system: gives('192.0.2.1', '192.0.2.2') });
  const found = await new Promise((resolve) => {
    lookup(HOST, {}, (...given) => resolve(given));
  });
  expect(found).toEqual([null, '192.0.2.1', 4]);
});

test.each([
  ['hangs', hang],
  ['fails for now', fails('EAI_AGAIN')],
  ['is out of memory', fails('EAI_MEMORY')],
])('keeps the last addresses while the system %s, for an hour', async (_, system) => {
  const { state, find } = setUp({ system: gives('192.0.2.1'), servers: fails('ETIMEOUT') });
  await find();
  state.system = system;
  state.now = 60 * 60 * 1000 - 1;
  expect(await find()).toEqual(['192.0.2.1']);
});

test('no addresses outlast an hour, nor the word that there is no such host', async () => {
  const { state, find } = setUp({ system: gives('192.0.2.1') });
  await find();
  state.system = fails('ENOTFOUND');
  await expect(find()).rejects.toThrow(`getaddrinfo ENOTFOUND ${HOST}`);
  state.system = fails('EAI_AGAIN');
  state.now = 60 * 60 * 1000;
  await expect(find()).rejects.toThrow(`getaddrinfo EAI_AGAIN ${HOST}`);
});

test('once name servers answer again they are heard, though the system still hangs', async () => {
  const asked = Promise.withResolvers<void>();
  const silent = () => {
    asked.resolve();
    return fails('ETIMEOUT')();
  };
  const { state, find } = setUp({ system: hang, servers: silent });
  const early = find();
  await asked.promise;
  state.servers = gives('192.0.2.9');
  expect(await find()).toEqual(['192.0.2.9']);
  expect(await Promise.race([early, Promise.resolve('waits')])).toBe('waits');
});

test('the system is asked once at a time, however many want to know', async () => {
  const { state, find } = setUp({ system: hang, servers: gives('192.0.2.9') });
  for (let i = 0; i < 5; i++) await Promise.all([find(), find()]);
  expect(state.asked).toBe(1);
});

test('the system’s word counts where the name servers know nothing: it may come late', async () => {
  const answer = Promise.withResolvers<readonly LookupAddress[]>();
  const { find } = setUp({ system: () => answer.promise, servers: fails('ENOTFOUND') });
  const found = find();
  setTimeout(() => answer.resolve([{ address: '10.0.0.1', family: 4 }]), 100);
  expect(await found).toEqual(['10.0.0.1']);
});

test('an address of no family that is wanted is none', async () => {
  const { find } = setUp({ system: gives('192.0.2.1') });
  await expect(find({ family: 6 })).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('connections are opened with it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { lookup } = setUp({ system: hang, servers: gives('127.0.0.1') });
  const socket = connect({ host: HOST, port, lookup });
  await once(socket, 'connect');
  socket.destroy();
});
