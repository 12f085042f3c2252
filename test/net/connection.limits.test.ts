import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ok } from '../../src/socketmap/protocol.ts';
import { createLate, setUpSession } from '../support/socketmap/session.ts';
import { frames } from '../support/socketmap/socketmap.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['9999999999:', 'oversize'],
  ['1048577:', 'oversize'],
  ['01:a,', 'netstring'],
  ['3:m a;', 'netstring'],
] as const)('closes without a word at %j', async (text, violation) => {
  const { send, peer, counters } = setUpSession();
  send(text);
  await once(peer.stream, 'close');
  expect(peer.received()).toBe('');
  expect(counters.violations[violation]).toBe(1);
});

test('answers what came before bytes that cannot be read, and nothing after', async () => {
  const { route, settle } = createLate();
  const { send, peer } = setUpSession({ route });
  send(`${frames('m a')}xx${frames('m b')}`);
  settle('a', ok('a'));
  await once(peer.stream, 'close');
  expect(peer.received()).toBe(frames('OK a'));
});

test('takes a request of 16 KiB', () => {
  const { send, peer } = setUpSession();
  const key = 'x'.repeat(16 * 1024 - 2);
  send(frames(`m ${key}`));
  expect(peer.received()).toBe(frames(`OK ${key}`));
});

describe('a request of more than 16 KiB', () => {
  const key = `${'x'.repeat(16 * 1024)}@example.org`;

  test.each([
    ['an address', `m ${key}`, 'NOTFOUND '],
    ['a domain', `m example.${'x.'.repeat(20_000)}org`, 'NOTFOUND '],
    ['spaces and bytes that are no text', `m ${' \0\xff'.repeat(20_000)}`, 'NOTFOUND '],
    ['what a header holds at most', `m ${'x'.repeat(102_400)}`, 'NOTFOUND '],
    ['as much as is read', `m ${'x'.repeat(1024 * 1024 - 2)}`, 'NOTFOUND '],
    ['a map that is not there', `other ${key}`, 'PERM request too long'],
    ['no map’s name', key, 'PERM invalid request'],
    ['a leading get', `get m ${key}`, 'NOTFOUND '],
  ])('is nobody’s, and the next one is answered: %s', (_, request, reply) => {
    const { send, peer, counters } = setUpSession({ hasMap: (name) => name === 'm' });
    const text = frames('m a', request, 'm b');
    for (let i = 0; i < text.length; i += 4096) send(text.slice(i, i + 4096));
    expect(peer.received()).toBe(frames('OK a', reply, 'OK b'));
    expect(counters.violations.oversize).toBe(1);
    expect(peer.stream.destroyed).toBe(false);
  });

  test('that never ends is dropped in its time', () => {
    const { session, send, peer, pass, counters } = setUpSession();
    send('100000:m ');
    for (let i = 0; i < 31; i++) {
      send('x'.repeat(1000));
      pass(1000);
      session.sweep();
    }
    expect(peer.stream.destroyed).toBe(true);
    expect(counters.violations['request-timeout']).toBe(1);
  });
});

test('puts no more than 64 requests at a time, and goes on as they are answered', async () => {
  const { route, settle } = createLate();
  const { send, peer, counters } = setUpSession({ route });
  const keys = Array.from({ length: 70 }, (_, i) => `k${i}`);
  send(frames(...keys.map((key) => `m ${key}`)));
  await turn();
  expect(counters.requests).toBe(64);
  expect(peer.stream.isPaused()).toBe(true);
  settle('k0', ok('k0'));
  await turn();
  expect(counters.requests).toBe(65);
  for (let i = 0; i < 2; i++) {
    for (const key of keys) settle(key, ok(key));
    await turn();
    await turn();
  }
  expect(peer.received()).toBe(frames(...keys.map((key) => `OK ${key}`)));
  expect(peer.stream.isPaused()).toBe(false);
});

test('stops in the middle of a chunk while its peer does not read, and misses nothing then', async () => {
  const { send, peer, counters } = setUpSession({ route: (_, key) => ok(key.repeat(100)) });
  const keys = Array.from({ length: 200 }, (_, i) => String(i).padStart(3, '0'));
  peer.stall();
  const chunk = Buffer.from(frames(...keys.map((key) => `m ${key}`)));
  send(chunk.toString());
  await turn();
  expect(counters.requests).toBeLessThan(50);
  expect(peer.stream.isPaused()).toBe(true);
  peer.unstall();
  for (let i = 0; i < 4; i++) await turn();
  expect(peer.received()).toBe(frames(...keys.map((key) => `OK ${key.repeat(100)}`)));
  expect(peer.stream.isPaused()).toBe(false);
});

test('drops a peer that does not read its reply in time', () => {
  const { session, send, peer, pass, counters } = setUpSession({
    limits: { replyTimeoutMs: 5000 },
  });
  peer.stall();
  send(frames('m a'));
  session.sweep();
  pass(4999);
  session.sweep();
  expect(peer.stream.destroyed).toBe(false);
  pass(1);
  session.sweep();
  expect(peer.stream.destroyed).toBe(true);
  expect(counters.violations['reply-timeout']).toBe(1);
});

test('keeps a slow peer that reads each reply in time', async () => {
  const { session, send, peer, pass } = setUpSession({ limits: { replyTimeoutMs: 5000 } });
  for (let i = 0; i < 3; i++) {
    peer.stall();
    send(frames('m a'));
    session.sweep();
    pass(4000);
    peer.unstall();
    await turn();
  }
  session.sweep();
  expect(peer.stream.destroyed).toBe(false);
});

test.each([
  ['says nothing', ''],
  ['leaves its first request unfinished', '10:m a'],
])('drops a peer that %s', (_, text) => {
  const { session, send, peer, pass, counters } = setUpSession({
    limits: { requestTimeoutMs: 30_000 },
  });
  pass(10_000);
  if (text !== '') send(text);
  pass(19_999);
  session.sweep();
  expect(peer.stream.destroyed).toBe(false);
  pass(1);
  session.sweep();
  expect(peer.stream.destroyed).toBe(true);
  expect(counters.violations['request-timeout']).toBe(1);
});

test('counts the time of a later request from its first byte', () => {
  const { session, send, peer, pass } = setUpSession({ limits: { requestTimeoutMs: 30_000 } });
  send(frames('m a'));
  pass(100_000);
  send('10:m');
  pass(29_999);
  send(' b');
  session.sweep();
  expect(peer.stream.destroyed).toBe(false);
  pass(1);
  session.sweep();
  expect(peer.stream.destroyed).toBe(true);
});

test('keeps a silent peer for ever once it has asked', () => {
  const { session, send, peer, pass } = setUpSession();
  send(frames('m a'));
  pass(1e9);
  session.sweep();
  expect(peer.stream.destroyed).toBe(false);
});

test('ends a silent peer where an idle time is set', () => {
  const { session, send, peer, pass, counters } = setUpSession({ limits: { idleTimeoutMs: 1000 } });
  send(frames('m a'));
  pass(999);
  session.sweep();
  expect(peer.stream.destroyed).toBe(false);
  pass(1);
  session.sweep();
  expect(peer.stream.destroyed).toBe(true);
  expect(counters.violations.idle).toBe(1);
});

test('still answers a peer that has closed its half, then ends', async () => {
  const { route, settle } = createLate();
  const { session, send, peer } = setUpSession({ route });
  send(frames('m a'));
  session.receiveEnd();
  settle('a', ok('a'));
  await once(peer.stream, 'close');
  expect(peer.received()).toBe(frames('OK a'));
});

test('counts a connection that ends within a request', async () => {
  const { session, send, peer, counters } = setUpSession();
  send('10:m a');
  session.receiveEnd();
  await once(peer.stream, 'close');
  expect(counters.violations.truncated).toBe(1);
});

test('answers all that was read before it is told to finish, and nothing later', async () => {
  const { session, send, peer } = setUpSession({ route: (_, key) => ok(key.repeat(100)) });
  const keys = Array.from({ length: 200 }, (_, i) => String(i).padStart(3, '0'));
  peer.stall();
  send(frames(...keys.map((key) => `m ${key}`)));
  session.finish();
  send(frames('m too-late'));
  peer.unstall();
  await once(peer.stream, 'close');
  expect(peer.received()).toBe(frames(...keys.map((key) => `OK ${key.repeat(100)}`)));
});

test('forgets what waits when the connection goes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { route, settle } = createLate();
  const { send, peer } = setUpSession({ route });
  send(frames('m a'));
  peer.stream.destroy();
  await once(peer.stream, 'close');
  settle('a', ok('a'));
  await turn();
  expect(vi.getTimerCount()).toBe(0);
  expect(peer.received()).toBe('');
});
