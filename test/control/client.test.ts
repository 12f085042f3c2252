import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectControl, NoDaemonError, sendCommand } from '../../src/control/client.ts';
import { makePlace } from '../support/instance.ts';

/** Listens where a daemon would, and does this with whoever connects; gives the path. */
async function pretend(handle: (socket: Socket) => void): Promise<string> {
  const path = join(await makePlace(), 'control');
  const server = createServer(handle).listen({ path });
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  return path;
}

/** Timers of this process that would keep it alive. */
const countTimers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('a daemon that is not there is an error that says so', async () => {
  const path = join(await makePlace(), 'control');
  const connecting = connectControl(path);
  await expect(connecting).rejects.toThrow(NoDaemonError);
  await expect(connecting).rejects.toThrow(
    new RegExp(
      `^no daemon answers at ${path} \\(.*ENOENT.*\\): is it running, and as this user\\?$`,
    ),
  );
});

test('a daemon that takes a command and says nothing is told as one that hangs', async () => {
  const path = await pretend((socket) => socket.resume());
  await expect(sendCommand(path, 'status', {}, 10)).rejects.toThrow(
    `the daemon at ${path} gave no reply within 10 ms: where it is stopped or hangs, mail is deferred`,
  );
});

test.each([
  ['nothing', '', 'broke off'],
  ['half a reply', '{"result":', 'broke off'],
  ['a word', '220 mail\n', 'said what is no reply'],
  ['null', 'null\n', 'said what is no reply'],
  ['a number', '7\n', 'said what is no reply'],
  ['an empty line', '\n', 'said what is no reply'],
])('a daemon that brings %s and ends is an error', async (_, text, reason) => {
  const path = await pretend((socket) => socket.resume().end(text));
  await expect(sendCommand(path, 'accept', { directory: 'x' })).rejects.toThrow(
    `the daemon at ${path} ${reason}`,
  );
});

test.each([
  ['dies', 'close', (socket: Socket) => socket.destroy()],
  ['ends', 'close', (socket: Socket) => socket.resume().end()],
  ['says something and ends', 'finish', (socket: Socket) => socket.resume().end('{')],
])(
  'a daemon that %s before it is asked is an error at once, and leaves no timer',
  async (_, event, leave) => {
    const sockets = Promise.withResolvers<Socket>();
    const path = await pretend(sockets.resolve);
    const connection = await connectControl(path);
    const socket = await sockets.promise;
    leave(socket);
    await once(socket, event);
    const before = countTimers();
    await expect(connection.send('drain', {})).rejects.toThrow(`the daemon at ${path} broke off`);
    expect(countTimers()).toBe(before);
  },
);
