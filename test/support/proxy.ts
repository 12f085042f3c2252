import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does to connections, old and new, from now on. */
export type FaultMode =
  /** Hands everything on. */
  | 'well'
  /** Nobody listens. Connections are closed. */
  | 'refuse'
  /** Connections are reset, as by a machine that lost its memory. */
  | 'reset'
  /** Connections stay open and nothing passes, as behind a firewall that drops. */
  | 'blackhole'
  /** Answers come a byte at a time. */
  | 'drip'
  /** Connections are cut in the middle of an answer. */
  | 'cut';

/** A proxy between a client and a server on loopback that shows faults no server can be made to show. */
export interface FaultProxy {
  /** Where the client connects, the same through all faults. */
  readonly port: number;
  /** Takes effect at once, for what is under way too. Resolves when it has. */
  set(mode: FaultMode): Promise<void>;
  stop(): Promise<void>;
}

const DRIP_MS = 5;

/** Starts a proxy to a port of loopback, or to a Unix socket. */
export async function startFaultProxy(target: number | string): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: FaultMode = 'well';

  const join = (client: Socket): void => {
    if (mode === 'reset') return void client.resetAndDestroy();
    const server =
      typeof target === 'number'
        ? connect({ port: target, host: '127.0.0.1' })
        : connect({ path: target });
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [server, client]] as const) {
      from.setNoDelay(true);
      from.on('error', () => {});
      from.once('end', () => to.end());
      from.once('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (mode !== 'blackhole') server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => hand(chunk, client));
  };

  const hand = (chunk: Buffer, client: Socket): void => {
    if (mode === 'blackhole') return;
    if (mode === 'drip') return void drip(chunk, client);
    if (mode === 'cut') {
      client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)));
      return;
    }
    client.write(chunk);
  };

  let server = await listen(0, join);
  const { port } = addressOf(server);
  const closeServer = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const [client] of pairs) client.destroy();
    await once(server, 'close');
  };

  return {
    port,
    set: async (next) => {
      mode = next;
      if (mode === 'refuse') return closeServer();
      if (!server.listening) server = await listen(port, join);
      if (mode === 'reset') for (const [client] of pairs) client.resetAndDestroy();
    },
    stop: closeServer,
  };
}

async function drip(chunk: Buffer, client: Socket): Promise<void> {
  for (const byte of chunk) {
    client.write(Buffer.of(byte));
    await new Promise((resolve) => setTimeout(resolve, DRIP_MS));
  }
}

async function listen(port: number, join: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, join).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): { readonly port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address;
}
