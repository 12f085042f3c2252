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
  | 'cut'
  /** Connections are reset in the middle of an answer. */
  | 'tear'
  /** It answers itself, with these bytes, whatever comes after the first `after` requests; `times` often, absent: for good. */
  | { readonly reply: string; readonly after: number; readonly times?: number };

/** Where a proxy's server listens: a port of 127.0.0.1, a Unix socket, or a port of another address. */
export type ProxyTarget = number | string | { readonly host: string; readonly port: number };

/** A proxy between a client and a server on loopback that shows faults no server can be made to show. */
export interface FaultProxy {
  /** Where the client connects, the same through all faults. */
  readonly port: number;
  /** What clients have sent, a connection each, in the order in which they came. */
  readonly heard: readonly Heard[];
  /** Connections that the client has not ended. */
  open(): number;
  /** Takes effect at once, for what is under way too. Resolves when it has. */
  set(mode: FaultMode): Promise<void>;
  stop(): Promise<void>;
}

/** One client's bytes. The oldest are kept, up to `MOST_HEARD`. */
export interface Heard {
  readonly chunks: readonly Buffer[];
}

const DRIP_MS = 5;
const MOST_HEARD = 64 * 1024;

/** Starts a proxy. */
export async function startFaultProxy(target: ProxyTarget): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const clients = new Set<Socket>();
  const heard: Heard[] = [];
  let mode: FaultMode = 'well';
  /** Requests since the mode was set. */
  let requests = 0;

  const join = (client: Socket): void => {
    if (mode === 'reset') return void client.resetAndDestroy();
    const server = connectTo(target);
    const hear = listener(heard);
    const pair = [client, server] as const;
    pairs.add(pair);
    clients.add(client);
    for (const end of ['end', 'close'] as const) client.once(end, () => clients.delete(client));
    for (const [from, to] of [pair, [server, client]] as const) {
      from.setNoDelay(true);
      from.on('error', () => {});
      from.once('end', () => to.end());
      from.once('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      hear(chunk);
      if (mode === 'blackhole') return;
      requests += 1;
      const said = replyInstead(mode, requests);
      if (said === undefined) server.write(chunk);
      else client.end(said);
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
    if (mode === 'tear') {
      client.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => client.resetAndDestroy());
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
    heard,
    open: () => clients.size,
    set: async (next) => {
      mode = next;
      requests = 0;
      if (mode === 'refuse') return closeServer();
      if (!server.listening) server = await listen(port, join);
      if (mode === 'reset') for (const [client] of pairs) client.resetAndDestroy();
    },
    stop: closeServer,
  };
}

/** What it says in place of the server to the request of this number; absent: nothing. */
function replyInstead(mode: FaultMode, request: number): string | undefined {
  if (typeof mode === 'string' || request <= mode.after) return undefined;
  return request <= mode.after + (mode.times ?? request) ? mode.reply : undefined;
}

function connectTo(target: ProxyTarget): Socket {
  if (typeof target === 'string') return connect({ path: target });
  return connect(typeof target === 'number' ? { port: target, host: '127.0.0.1' } : target);
}

/** Keeps what a new client sends. */
function listener(heard: Heard[]): (chunk: Buffer) => void {
  const chunks: Buffer[] = [];
  let size = 0;
  heard.push({ chunks });
  return (chunk) => {
    if (size < MOST_HEARD) chunks.push(chunk);
    size += chunk.length;
  };
}

async function drip(chunk: Buffer, client: Socket): Promise<void> {
  for (const byte of chunk) {
    // For a client that has left it would go on for minutes, and keep its process alive.
    if (client.destroyed) return;
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
