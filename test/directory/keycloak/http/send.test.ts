import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../../../../src/directory/keycloak/http/send.ts';

/** A server that says `replies`, one after the other, to whatever is asked; the last one again and again. */
async function startServer(...replies: readonly string[]) {
  const sockets = new Set<Socket>();
  let said = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      socket.write(replies[Math.min(said, replies.length - 1)] ?? '', 'utf8');
      said += 1;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1, maxResponseSize: 1000 });
  onTestFinished(async () => {
    await pool.destroy();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { pool, asked: () => said };
}

const reply = (body: string, head = 'HTTP/1.1 200 OK\r\n'): string =>
  `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const get = { method: 'GET', headers: {} } as const;
const { signal: never } = new AbortController();

test('a whole reply is read, in letters of several bytes that came in pieces, without a mark at its beginning', async () => {
  const chunked =
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n\ufeff\r\n4\r\n"jü\r\n2\r\n"x\r\n0\r\n\r\n';
  const { pool } = await startServer(chunked, reply('second'));
  expect(await send(pool, '/a', get, never)).toEqual({ status: 200, text: '"jü"x' });
  expect(await send(pool, '/b', get, never)).toEqual({ status: 200, text: 'second' });
});

test('any status is a reply, with what it says of when and where; what comes before a reply is none', async () => {
  const { pool } = await startServer(
    `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${reply('wait', 'HTTP/1.1 503 No\r\nretry-after: 7\r\nlocation: /x\r\n')}`,
    reply(''),
  );
  expect(await send(pool, '/', get, never)).toEqual({
    status: 503,
    text: 'wait',
    retryAfter: '7',
    location: '/x',
  });
  expect(await send(pool, '/', get, never)).toEqual({ status: 200, text: '' });
});

test('who is called off hears so at once: before, while it waits for a connection, and within a reply', async () => {
  const { pool, asked } = await startServer('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
  const call = new AbortController();
  const under = send(pool, '/under', get, call.signal);
  const queued = send(pool, '/queued', get, call.signal);
  const wanted = expect.objectContaining({ name: 'AbortError' });
  const all = Promise.allSettled([under, queued]);
  await expect.poll(asked).toBe(1);
  call.abort();
  expect(await all).toEqual([
    { status: 'rejected', reason: wanted },
    { status: 'rejected', reason: wanted },
  ]);
  await expect(send(pool, '/late', get, call.signal)).rejects.toEqual(wanted);
  expect(asked()).toBe(1);
});

test('a reply that is too long, or ends too early, is none', async () => {
  const { pool } = await startServer(reply('x'.repeat(2000)));
  await expect(send(pool, '/', get, never)).rejects.toMatchObject({
    code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  });
});

test('nothing stays behind on a signal that lives on', async () => {
  const { pool } = await startServer(reply('a'));
  const call = new AbortController();
  const before = getEventListeners(call.signal, 'abort').length;
  const sent = send(pool, '/', get, call.signal);
  expect(getEventListeners(call.signal, 'abort')).toHaveLength(before + 1);
  await sent;
  expect(getEventListeners(call.signal, 'abort')).toHaveLength(before);
});
