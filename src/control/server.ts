import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Log } from '../log.ts';
import { makeDirectory } from '../makedirectory.ts';
import type { Takeover } from '../net/binding.ts';
import { bindUnix } from '../net/unix.ts';
import { reasonOf } from '../reason.ts';
import { settlesWithin } from '../settle.ts';
import { type CommandReply, type Handlers, MAX_LINE_BYTES } from './protocol.ts';
import { checkDirectory } from './trust.ts';

/** The control socket of a running daemon. */
export interface ControlServer {
  readonly path: string;
  /**
   * Puts it into its place, over who was there.
   * @throws {EndpointError} that says why it can't; it is to be closed then
   */
  publish(): Promise<void>;
  /** Ends it, once replies under way are written; those that take longer than a moment are cut off. Never rejects. */
  close(): Promise<void>;
}

/** Only who the daemon runs as, and root, may command it. */
const OWNER_ONLY = 0o600;

/** How long a close waits for replies under way. */
const REPLY_MS = 400;

/**
 * Listens for commands, beside `path` until it is published, mode 0600.
 * @throws {EndpointError} where another daemon listens there, or the path can't be used, or can't be trusted
 */
export async function openControl(
  path: string,
  handlers: Handlers,
  log: Log,
  takeover?: Takeover,
): Promise<ControlServer> {
  await prepareDirectory(path);
  /** Every connection, and its reply under way. */
  const open = new Map<Socket, Promise<void>>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.set(socket, Promise.resolve());
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
    readLine(socket, (line) => {
      open.set(socket, reply(socket, line, handlers, log));
    });
  });
  const endpoint = { kind: 'unix', path, mode: OWNER_ONLY } as const;
  const binding = await bindUnix(server, endpoint, { takeover, log });
  return {
    path,
    publish: () => binding.publish(),
    close: async () => {
      await binding.withdraw();
      server.close();
      const isReplied = await settlesWithin(Promise.all(open.values()), REPLY_MS);
      if (!isReplied) for (const socket of open.keys()) socket.destroy();
      // Whoever has not asked by now, or does not read, must not keep the process.
      for (const socket of open.keys()) socket.destroySoon();
    },
  };
}

/** Makes the directory for this user alone; one that is there is left as it is. */
async function prepareDirectory(path: string): Promise<void> {
  // bindUnix says what is wrong with the directory, and better.
  await makeDirectory(dirname(path)).catch(() => {});
  await checkDirectory(path);
}

/** One request a connection; what comes behind it is dropped. `take` gets the line, absent: it is too long. */
function readLine(socket: Socket, take: (line: string | undefined) => void): void {
  let text = '';
  const leave = (): void => {
    socket.end();
  };
  socket.once('end', leave);
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    const isTooLong = Buffer.byteLength(end === -1 ? text : text.slice(0, end)) > MAX_LINE_BYTES;
    if (end === -1 && !isTooLong) return;
    // Who closes his half early still gets the reply.
    socket.removeAllListeners('data').off('end', leave).resume();
    take(isTooLong ? undefined : text.slice(0, end));
  });
}

async function reply(
  socket: Socket,
  line: string | undefined,
  handlers: Handlers,
  log: Log,
): Promise<void> {
  const given: CommandReply<unknown> =
    line === undefined
      ? { error: `a command is a line of at most ${MAX_LINE_BYTES} bytes` }
      : await answer(line, handlers, log);
  socket.end(`${JSON.stringify(given)}\n`);
}

async function answer(line: string, handlers: Handlers, log: Log): Promise<CommandReply<unknown>> {
  try {
    const request = readRequest(line);
    if (request === undefined)
      return { error: 'a command is a line of JSON: {"command": NAME, "args": {…}}' };
    const handler = Object.entries(handlers).find(([name]) => name === request.command)?.[1];
    if (handler === undefined) return { error: `there is no command ${request.command}` };
    return { result: await handler(request.args) };
  } catch (error) {
    log.debug({ err: error }, 'a command failed');
    return { error: reasonOf(error) };
  }
}

/** The client's types say what the arguments of each command are, and only the owner gets this far. */
interface Request {
  readonly command: string;
  readonly args: never;
}

function readRequest(line: string): Request | undefined {
  try {
    const request: Request | null = JSON.parse(line);
    return typeof request?.command === 'string' ? request : undefined;
  } catch {
    return undefined;
  }
}
