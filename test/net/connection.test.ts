import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { Context } from '../../src/lookup/outcome.ts';
import { GRACE_MS } from '../../src/net/replies.ts';
import { notFound, ok, perm } from '../../src/socketmap/protocol.ts';
import { createLate, echo, setUpSession } from '../support/socketmap/session.ts';
import { frames } from '../support/socketmap/socketmap.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time go by, for the clock and for timers. */
function elapse(pass: (ms: number) => void, ms: number): void {
  for (let i = 0; i < ms; i++) {
    pass(1);
    vi.advanceTimersByTime(1);
  }
}

test('answers all requests of one read in order, in one write', () => {
  const { send, peer } = setUpSession();
  send(frames('m a', 'm b', 'm c'));
  expect(peer.received()).toBe(frames('OK a', 'OK b', 'OK c'));
  expect(peer.writes()).toBe(1);
});

test('gives one context to all requests of one read', () => {
  const seen: Context[] = [];
  const { send, pass } = setUpSession({
    route: (_, __, context) => (seen.push(context), notFound()),
  });
  send(frames('m a', 'm b'));
  pass(5);
  send(frames('m c'));
  expect(seen.map(({ arrivedAt, deadline }) => ({ arrivedAt, deadline }))).toEqual([
    { arrivedAt: 1000, deadline: 1200 },
    { arrivedAt: 1000, deadline: 1200 },
    { arrivedAt: 1005, deadline: 1205 },
  ]);
  expect(seen[0]).toBe(seen[1]);
});

test('answers PERM where a netstring has no space, and reads on', () => {
  const { send, peer, counters } = setUpSession();
  send(frames('nospace', 'm a'));
  expect(peer.received()).toBe(frames('PERM invalid request', 'OK a'));
  expect(counters.violations.unreadable).toBe(1);
});

test('takes the form with "get"', () => {
  const { send, peer } = setUpSession({ route: (map, key) => ok(`${map}/${key}`) });
  send('32:get user-exists test@example.com,');
  expect(peer.received()).toBe(frames('OK user-exists/test@example.com'));
});

test('counts the bytes of a reply, not its characters', () => {
  const { send, peer } = setUpSession();
  send(frames('m jürgen'));
  expect(peer.received()).toBe('10:OK jürgen,');
});

test('keeps the order when a later answer comes first', async () => {
  const { route, settle } = createLate();
  const { send, peer } = setUpSession({ route });
  send(frames('m a', 'm b'));
  settle('b', ok('b'));
  await turn();
  expect(peer.received()).toBe('');
  settle('a', ok('a'));
  await turn();
  expect(peer.received()).toBe(frames('OK a', 'OK b'));
});

test('keeps an answer that is there at once behind one that is late', async () => {
  const late = createLate();
  const { send, peer } = setUpSession({
    route: (map, key, context) =>
      map === 'late' ? late.route(map, key, context) : echo(map, key, context),
  });
  send(frames('late a', 'm b'));
  send(frames('m c'));
  late.settle('a', ok('a'));
  await turn();
  expect(peer.received()).toBe(frames('OK a', 'OK b', 'OK c'));
});

test('joins late replies of one turn into one write', async () => {
  const { route, settle } = createLate();
  const { send, peer } = setUpSession({ route });
  send(frames('m a', 'm b', 'm c'));
  settle('a', ok('a'));
  settle('b', ok('b'));
  settle('c', ok('c'));
  await turn();
  expect(peer.writes()).toBe(1);
});

test('answers TEMP where a handler throws, and lives on', () => {
  const { send, peer, counters } = setUpSession({
    route: (_, key) => {
      if (key === 'bad') throw new Error('a bug');
      return ok(key);
    },
  });
  send(frames('m bad', 'm good'));
  expect(peer.received()).toBe(frames('TEMP idpmap bug', 'OK good'));
  expect(counters.bugs).toBe(1);
});

test('answers TEMP where a handler rejects', async () => {
  const { send, peer } = setUpSession({ route: () => Promise.reject(new Error('a bug')) });
  send(frames('m a'));
  await turn();
  expect(peer.received()).toBe(frames('TEMP idpmap bug'));
});

test.each([
  ['', 'empty'],
  ['a\nb', 'control'],
  ['x'.repeat(100_000), 'size'],
] as const)('answers TEMP where data cannot be sent (%#)', (data, fault) => {
  const { send, peer, counters } = setUpSession({ route: () => ok(data) });
  send(frames('m a'));
  expect(peer.received()).toBe(frames(`TEMP idpmap reply-${fault}`));
  expect(counters.refused[fault]).toBe(1);
});

test('gives up a request after its deadline, and drops what comes then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { route, settle } = createLate();
  const { send, peer, pass, counters } = setUpSession({ route });
  send(frames('m a', 'm b'));
  elapse(pass, 200 + GRACE_MS);
  settle('a', ok('a'));
  await turn();
  settle('b', ok('b'));
  await turn();
  expect(peer.received()).toBe(frames('TEMP idpmap deadline', 'TEMP idpmap deadline'));
  expect(counters.overdue).toBe(2);
});

test('has the grace begin once the event loop runs again, which stood still for longer than both', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { route, settle } = createLate();
  const { send, peer, pass, counters } = setUpSession({ route });
  send(frames('m a', 'm b'));
  pass(10_000);
  // Timers run late, all of them at once: the maps hear of the deadline now, and memory speaks for a.
  vi.advanceTimersByTime(200 + GRACE_MS);
  settle('a', ok('a'));
  await turn();
  expect(peer.received()).toBe(frames('OK a'));
  elapse(pass, GRACE_MS);
  await turn();
  expect(peer.received()).toBe(frames('OK a', 'TEMP idpmap deadline'));
  expect(counters.overdue).toBe(1);
});

test('lets an answer have its own say until the grace is over', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { route, settle } = createLate();
  const { send, peer, pass } = setUpSession({ route });
  send(frames('m a'));
  elapse(pass, 200 + GRACE_MS - 1);
  settle('a', perm('a'));
  await turn();
  expect(peer.received()).toBe(frames('PERM a'));
});

test('gives each request its own time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { send, peer, pass } = setUpSession({ route: createLate().route });
  send(frames('m a'));
  elapse(pass, 100);
  send(frames('m b'));
  elapse(pass, 100 + GRACE_MS);
  await turn();
  expect(peer.received()).toBe(frames('TEMP idpmap deadline'));
  elapse(pass, 100);
  await turn();
  expect(peer.received()).toBe(frames('TEMP idpmap deadline', 'TEMP idpmap deadline'));
});

test('has one timer for all that it answers, which ends with its time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { route, settle } = createLate();
  const { send, pass } = setUpSession({ route });
  for (const key of ['a', 'b', 'c']) {
    send(frames(`m ${key}`));
    settle(key, ok(key));
    await turn();
  }
  expect(vi.getTimerCount()).toBe(1);
  pass(200 + GRACE_MS);
  vi.advanceTimersByTime(200 + GRACE_MS);
  expect(vi.getTimerCount()).toBe(0);
});
