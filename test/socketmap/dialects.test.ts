import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ok } from '../../src/socketmap/protocol.ts';
import { createLate, setUpSession } from '../support/socketmap/session.ts';

test('speaks lines with people on this machine', () => {
  const { send, peer } = setUpSession({ route: (map, key) => ok(`${map}/${key}`) });
  send('get user-exists a\r\nuser-exists b c\n');
  expect(peer.received()).toBe('OK user-exists/a\nOK user-exists/b c\n');
});

test('answers a last line without a newline', async () => {
  const { session, send, peer } = setUpSession();
  send('user-exists a');
  session.receiveEnd();
  await once(peer.stream, 'close');
  expect(peer.received()).toBe('OK a\n');
});

test('keeps the order of lines', async () => {
  const { route, settle } = createLate();
  const { send, peer } = setUpSession({ route });
  send('m a\nm b\n');
  settle('b', ok('b'));
  settle('a', ok('a'));
  await turn();
  expect(peer.received()).toBe('OK a\nOK b\n');
});

test.each(['help\nm a\n', '\n', 'x'.repeat(16_385)])(
  'says PERM to a line that it cannot read, and ends (%#)',
  async (text) => {
    const { send, peer } = setUpSession();
    send(text);
    await once(peer.stream, 'close');
    expect(peer.received()).toBe('PERM invalid request\n');
  },
);

test('speaks no lines with peers elsewhere', async () => {
  const { send, peer, counters } = setUpSession({ isLocal: false });
  send('user-exists a\n');
  await once(peer.stream, 'close');
  expect(peer.received()).toBe('');
  expect(counters.violations.netstring).toBe(1);
});
