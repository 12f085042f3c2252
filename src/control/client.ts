import { connect, type Socket } from 'node:net';
import type { CommandName, CommandReply, Commands } from './protocol.ts';

/** The daemon could not be reached: it does not run, or somebody else runs it. */
export class NoDaemonError extends Error {
  constructor(path: string, cause: Error) {
    super(`no daemon answers at ${path} (${cause.message}): is it running, and as this user?`, {
      cause,
    });
    this.name = 'NoDaemonError';
  }
}

/** The daemon answered that it can't do it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A connection on which one command can be sent. */
export interface ControlConnection {
  send<Name extends CommandName>(
    command: Name,
    args: Commands[Name]['args'],
  ): Promise<Commands[Name]['result']>;
  close(): void;
}

const TIMEOUT_MS = 30_000;

/**
 * Connects to the control socket at `path`.
 * @throws {NoDaemonError} where nobody listens
 */
export async function connectControl(path: string): Promise<ControlConnection> {
  const socket = connect({ path });
  socket.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new NoDaemonError(path, error)));
  });
  return {
    send: async (command, args) => {
      const request = `${JSON.stringify({ command, args })}\n`;
      const reply = await exchange<Commands[typeof command]['result']>(socket, request, path);
      if ('error' in reply) throw new CommandError(reply.error);
      return reply.result;
    },
    close: () => socket.destroy(),
  };
}

/** Sends one command to the daemon at `path`. */
export async function sendCommand<Name extends CommandName>(
  path: string,
  command: Name,
  args: Commands[Name]['args'],
): Promise<Commands[Name]['result']> {
  const connection = await connectControl(path);
  try {
    return await connection.send(command, args);
  } finally {
    connection.close();
  }
}

/** Both ends are of one release, so a reply is believed to be what its command gives. */
function exchange<Result>(
  socket: Socket,
  request: string,
  path: string,
): Promise<CommandReply<Result>> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (reason: string): void => {
      reject(new CommandError(`the daemon at ${path} ${reason}`));
    };
    const timer = setTimeout(() => fail(`gave no reply within ${TIMEOUT_MS} ms`), TIMEOUT_MS);
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('error', (error) => fail(`broke off: ${error.message}`));
    socket.once('close', () => {
      clearTimeout(timer);
      if (!text.endsWith('\n')) return fail('broke off');
      const reply: CommandReply<Result> = JSON.parse(text);
      resolve(reply);
    });
    socket.write(request);
  });
}
