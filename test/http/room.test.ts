import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createHttpFigures } from '../../src/http/figures.ts';
import { MOST_CONNECTIONS } from '../../src/http/room.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { askHttp, postJson } from '../support/http.ts';
import { startServer, TOKEN } from './fixture.ts';

/** What somebody sends who does not want to be answered. */
const HALF: readonly (readonly [what: string, bytes: string])[] = [
  ['nothing', ''],
  ['half a line', 'GET /liv'],
  ['half of the headers', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: '],
  [
    'half a body',
    `POST /api/explain HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  ],
  ['a whole request, and takes the reply', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'],
];

const sockets = new Set<Socket>();
beforeEach(() => sockets.clear());
afterEach(() => {
  for (const socket of sockets) socket.destroy();
});

/** Opens a connection that sends `bytes`; `keeps`: and another one, when that is closed. */
async function hold(endpoint: Endpoint, bytes: string, keeps: 'again' | 'once' = 'once') {
  if (endpoint.kind !== 'tcp') throw new Error('it does not listen on tcp');
  const socket = connect(endpoint.port, '127.0.0.1');
  sockets.add(socket);
  socket.on('error', () => {});
  socket.once('close', () => {
    if (sockets.delete(socket) && keeps === 'again') void hold(endpoint, bytes, keeps);
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve).once('close', () => resolve());
  });
  socket.write(bytes);
  return socket;
}

describe.each(HALF)(
  'more connections than there is room for, each of which sends %s,',
  (_, bytes) => {
    test('keep nobody from health, and are no more than the room', async () => {
      const figures = createHttpFigures();
      const { endpoint, notes } = await startServer({ figures });
      for (let i = 0; i < MOST_CONNECTIONS + 60; i++) await hold(endpoint, bytes);
      for (const path of ['/livez', '/readyz', '/livez', '/metrics'])
        expect((await askHttp(endpoint, path)).status).toBe(200);
      expect(figures.dropped).toBeGreaterThanOrEqual(60);
      expect(await notes.next('too many connections to http')).toMatchObject({
        level: 'warn',
        fields: { network: '127.0.0.1', untold: 0 },
      });
    });
  },
);

test('connections that come again whenever they are dropped keep nobody from health', async () => {
  const { endpoint } = await startServer();
  const bytes = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ';
  for (let i = 0; i < MOST_CONNECTIONS + 60; i++) await hold(endpoint, bytes, 'again');
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++) statuses.push((await askHttp(endpoint, '/livez')).status);
  for (const socket of sockets) socket.removeAllListeners('close');
  expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
});

test('a request that is being answered is not dropped for others', async () => {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<{ readonly forgotten: number }>();
  onTestFinished(() => told.resolve({ forgotten: 0 }));
  const refuse = () => Promise.reject(new Error('not asked'));
  const purge = async () => {
    asked.resolve();
    return told.promise;
  };
  const { endpoint } = await startServer({
    handlers: {
      explain: refuse,
      explainSender: refuse,
      explainTrace: refuse,
      purge,
      shadow: refuse,
    },
  });
  const reply = postJson(endpoint, '/api/purge', { all: true }, TOKEN);
  await asked.promise;
  for (let i = 0; i < MOST_CONNECTIONS + 60; i++) await hold(endpoint, 'GET /');
  told.resolve({ forgotten: 1 });
  expect((await reply).text).toBe('{"forgotten":1}');
});
