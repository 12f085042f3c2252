import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Log } from '../log.ts';
import type { Takeover } from '../socketmap/tcp.ts';
import { bindUnix } from '../socketmap/unix.ts';
import { type CommandReply, type Handlers, MAX_LINE_BYTES } from './protocol.ts';

/** The control socket of a running daemon. */
export interface ControlServer {
  readonly path: string;
  /** Ends it, once replies under way are written. */
  close(): Promise<void>;
}

/** Only who the daemon runs as, and root, may command it. */
const OWNER_ONLY = 0o600;

/**
 * Listens for commands at `path`, mode 0600.
 * @throws {EndpointError} where another daemon listens there, or the path can't be used
 */
export async function openControl(
  path: string,
  handlers: Handlers,
  log: Log,
  takeover?: Takeover,
): Promise<ControlServer> {
  await prepareDirectory(dirname(path));
  const open = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
    serve(socket, handlers, log);
  });
  const binding = await bindUnix(server, { kind: 'unix', path, mode: OWNER_ONLY }, takeover);
  return {
    path,
    close: async () => {
      await binding.withdraw();
      server.close();
      for (const socket of open) socket.end();
    },
  };
}

/** Makes the directory for this user alone; one that is there is left as it is. */
async function prepareDirectory(directory: string): Promise<void> {
  // bindUnix says what is wrong with the directory, and better.
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch(() => {});
}

/** One request a connection: its reply ends it. */
function serve(socket: Socket, handlers: Handlers, log: Log): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end === -1 && text.length <= MAX_LINE_BYTES) return;
    socket.removeAllListeners('data').resume();
    void answer(text.slice(0, end), handlers, log).then((reply) => {
      socket.end(`${JSON.stringify(reply)}\n`);
    });
  });
  socket.once('end', () => socket.end());
}

async function answer(line: string, handlers: Handlers, log: Log): Promise<CommandReply<unknown>> {
  try {
    // The client's types say what the arguments are, and only the owner gets this far.
    const { command, args }: { command?: unknown; args: never } = JSON.parse(line);
    const handler = Object.entries(handlers).find(([name]) => name === command)?.[1];
    if (handler === undefined) return { error: `there is no command ${String(command)}` };
    return { result: await handler(args) };
  } catch (error) {
    log.debug({ err: error }, 'a command failed');
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
