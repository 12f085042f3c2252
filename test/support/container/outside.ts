import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '../temporary.ts';

const ENTRANCE = join(import.meta.dirname, 'entrance.ts');

/** A way out of a network that has nothing but its own loopback. */
export interface Outside {
  close(): Promise<void>;
}

/**
 * Lets a port of the loopback in the network of the process `pid` lead to the same one of this machine's, until it is closed. The
 * way between them is a Unix socket, for files know no networks. Needs root.
 */
export async function reachOutside(pid: number, port: number): Promise<Outside> {
  await using resources = new AsyncDisposableStack();
  const place = await makeTemporaryDirectory('idpmap-outside');
  resources.defer(() => place.remove());
  const path = join(place.path, 'way');
  const server = createServer((client) => {
    const target = connect({ host: '127.0.0.1', port });
    client.on('error', () => target.destroy());
    target.on('error', () => client.destroy());
    client.pipe(target).pipe(client);
  });
  server.listen(path);
  await once(server, 'listening');
  resources.defer(() => void server.close());
  const entrance = fork(ENTRANCE, [String(port), path], {
    execPath: 'nsenter',
    execArgv: [`--net=/proc/${pid}/ns/net`, '--', process.execPath],
  });
  resources.defer(() => end(entrance));
  await once(entrance, 'message');
  const owned = resources.move();
  return { close: () => owned.disposeAsync() };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
