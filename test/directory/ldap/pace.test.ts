import { once } from 'node:events';
import { connect } from 'node:net';
import { PresenceFilter } from 'ldapts';
import { expect, onTestFinished, test } from 'vitest';
import type { SearchRequest } from '../../../src/directory/ldap/search.ts';
import { Connection } from '../../../src/directory/ldap/wire/connection.ts';
import type { Pace } from '../../../src/directory/ldap/wire/pace.ts';
import { type Peer, result, startPeer } from './peer.ts';

const never = new AbortController().signal;

/** A search that its base tells from others. */
const searchOf = (base: string): SearchRequest => ({
  base,
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [],
  sizeLimit: 0,
});

async function connectAt(pace: Pace): Promise<{ peer: Peer; connection: Connection }> {
  const peer = await startPeer();
  const socket = connect({ port: peer.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const connection = new Connection(socket, 'ldap://peer', pace);
  onTestFinished(() => connection.close());
  return { peer, connection };
}

const ONE = { width: 1, timeLimitS: 7 };

test('asks one question at a time where a server wants that', async () => {
  const { peer, connection } = await connectAt(ONE);
  const first = connection.search(searchOf('dc=first'), never);
  const second = connection.search(searchOf('dc=second'), never);
  expect(connection.load).toBe(2);
  peer.send(result((await peer.next('search')).id));
  await first;
  expect(peer.asked).toHaveLength(1);
  const next = await peer.next('search');
  expect(next.text).toContain('dc=second');
  peer.send(result(next.id));
  expect(await second).toMatchObject({ code: 0 });
  expect(connection.load).toBe(0);
});

test('never sends a question whose time was up before its turn', async () => {
  const { peer, connection } = await connectAt(ONE);
  const first = connection.search(searchOf('dc=first'), never);
  const gone = new AbortController();
  const second = connection.search(searchOf('dc=second'), gone.signal);
  const third = connection.search(searchOf('dc=third'), never);
  gone.abort();
  await expect(second).rejects.toMatchObject({ kind: 'timeout' });
  peer.send(result((await peer.next('search')).id));
  await first;
  const next = await peer.next('search');
  expect(next.text).toContain('dc=third');
  peer.send(result(next.id));
  await third;
});

test('gives up the one under way for the next one', async () => {
  const { peer, connection } = await connectAt(ONE);
  const gone = new AbortController();
  const first = connection.search(searchOf('dc=first'), gone.signal);
  const second = connection.search(searchOf('dc=second'), never);
  await peer.next('search');
  gone.abort();
  await expect(first).rejects.toMatchObject({ kind: 'timeout' });
  const next = await peer.next('search');
  peer.send(result(next.id));
  expect(await second).toMatchObject({ code: 0 });
});

test('loses those that wait, too, with the connection', async () => {
  const { connection } = await connectAt(ONE);
  const asked = ['dc=first', 'dc=second'].map((base) => connection.search(searchOf(base), never));
  connection.kill('reset');
  for (const each of asked) await expect(each).rejects.toMatchObject({ name: 'Lost' });
});

test('tells the server how long a search may take', async () => {
  const { peer, connection } = await connectAt(ONE);
  const asked = connection.search(searchOf('dc=first'), never);
  const { id, text } = await peer.next('search');
  // The size limit, then the time limit (RFC 4511, 4.5.1).
  expect(text).toContain('\u0002\u0001\u0000\u0002\u0001\u0007');
  peer.send(result(id));
  await asked;
});
