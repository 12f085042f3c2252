import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

/** A server of the tests' own on 127.0.0.1 or on a Unix socket. */
export interface LoopbackServer {
  /** 0 on a Unix socket. */
  readonly port: number;
  /** Closes it with all its connections. Rejects with the first fault of its handler, if there was one. */
  stop(): Promise<void>;
}

/** How connections end that somebody cut; nobody's fault in a test that stops servers. */
const CUT = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ABORT_ERR',
]);

/** Serves every connection with `handle`: on the Unix socket `path`, which anybody may use, or on a free port. */
export async function serveLoopback(
  handle: (socket: Socket) => Promise<void>,
  path?: string,
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const faults: unknown[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    handle(socket).catch((error: unknown) => {
      if (!isCut(error)) faults.push(error);
      socket.destroy();
    });
  });
  const port = await listen(server, path);
  if (path !== undefined) await chmod(path, 0o666);
  return {
    port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      if (faults.length > 0) throw faults[0];
    },
  };
}

/** Below those that Linux gives to connections, which would take one before its server does. */
const PORTS = { first: 10_240, end: 32_768 };

/** Of each worker of a run, for two would find the same. */
const WORKERS = 8;
const OWN = Math.trunc((PORTS.end - PORTS.first) / WORKERS);
const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;

/** Other runs on this machine begin elsewhere. */
let next = Math.trunc(Math.random() * OWN);

/** Names `count` different TCP ports on which nobody listens just now, and which nobody else is told of soon. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = PORTS.first + worker * OWN + (next % OWN);
    next += 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host: '127.0.0.1', port });
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Yields a connection's lines without their ends (LF or CRLF), until the peer ends it. Throws where it breaks. */
export async function* readLines(socket: Socket): AsyncGenerator<string, void> {
  socket.setEncoding('utf8');
  let rest = '';
  // Strings, since `setEncoding`.
  for await (const chunk of socket as AsyncIterable<string>) {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function listen(server: Server, path?: string): Promise<number> {
  server.listen(path === undefined ? { host: '127.0.0.1', port: 0 } : { path });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function isCut(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    CUT.has(error.code)
  );
}
