import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The way into a network that has nothing but its own loopback. */
export interface PodNetwork {
  /**
   * Opens a port of this machine's loopback whose connections end at `port` of the Pod's, as `kubectl port-forward` does.
   * Where nobody listens there, they are closed.
   */
  forward(port: number): Promise<number>;
  close(): Promise<void>;
}

const RELAY = join(import.meta.dirname, 'relay.ts');

/** Enters the network of the process `pid`. Needs root. */
export function enterNetwork(pid: number): PodNetwork {
  const relay = fork(RELAY, {
    execPath: 'nsenter',
    execArgv: [`--net=/proc/${pid}/ns/net`, '--', process.execPath],
  });
  const forwarded = new Map<number, Promise<number>>();
  return {
    forward: (port) => {
      const known = forwarded.get(port) ?? hand(relay, port);
      forwarded.set(port, known);
      return known;
    },
    close: async () => {
      if (relay.exitCode !== null || relay.signalCode !== null) return;
      relay.kill('SIGKILL');
      await once(relay, 'exit');
    },
  };
}

/** The socket stays one of the network in which it was opened, whoever accepts its connections. */
async function hand(relay: ReturnType<typeof fork>, port: number): Promise<number> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  await new Promise<void>((resolve, reject) => {
    relay.send(port, server, (error) => (error === null ? resolve() : reject(error)));
  });
  server.close();
  return address.port;
}
