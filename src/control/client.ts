import { connect, type Socket } from 'node:net';
import type { CommandName, CommandReply, Commands } from './protocol.ts';
import { checkSocket } from './trust.ts';

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
  override readonly name: string = 'CommandError';
}

/** The daemon took the command and said nothing: it hangs, or has been stopped. */
export class SilentDaemonError extends CommandError {
  override readonly name = 'SilentDaemonError';

  constructor(path: string, timeoutMs: number) {
    super(
      `the daemon at ${path} gave no reply within ${timeoutMs} ms: where it is stopped or hangs, mail is deferred; see its log, and start it anew if that goes on`,
    );
  }
}

/** A connection on which one command can be sent. */
export interface ControlConnection {
  send<Name extends CommandName>(
    command: Name,
    args: Commands[Name]['args'],
    timeoutMs?: number,
  ): Promise<Commands[Name]['result']>;
  close(): void;
}

const TIMEOUT_MS = 30_000;

/**
 * Connects to the control socket at `path`.
 * @throws {NoDaemonError} where nobody listens
 * @throws {EndpointError} where somebody else could be listening
 */
export async function connectControl(path: string): Promise<ControlConnection> {
  await checkSocket(path);
  const socket = connect({ path });
  socket.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new NoDaemonError(path, error)));
  });
  return {
    send: async (command, args, timeoutMs = TIMEOUT_MS) => {
      const request = `${JSON.stringify({ command, args })}\n`;
      const reply = await exchange<Commands[typeof command]['result']>(
        socket,
        request,
        path,
        timeoutMs,
      );
      if ('error' in reply) throw new CommandError(reply.error);
      return reply.result;
    },
    close: () => socket.destroy(),
  };
}

/** Sends one command to the daemon at `path`; absent: it has half a minute. */
export async function sendCommand<Name extends CommandName>(
  path: string,
  command: Name,
  args: Commands[Name]['args'],
  timeoutMs?: number,
): Promise<Commands[Name]['result']> {
  const connection = await connectControl(path);
  try {
    return await connection.send(command, args, timeoutMs);
  } finally {
    connection.close();
  }
}

function exchange<Result>(
  socket: Socket,
  request: string,
  path: string,
  timeoutMs: number,
): Promise<CommandReply<Result>> {
  return new Promise((resolve, reject) => {
    let text = '';
    let timer: NodeJS.Timeout | undefined;
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new CommandError(`the daemon at ${path} ${reason}`));
    };
    // It went while nothing was asked of it: no event tells us any more.
    if (socket.destroyed || socket.readableEnded) return fail('broke off');
    timer = setTimeout(() => reject(new SilentDaemonError(path, timeoutMs)), timeoutMs);
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('error', (error) => fail(`broke off: ${error.message}`));
    socket.once('close', () => {
      clearTimeout(timer);
      if (!text.endsWith('\n')) return fail('broke off');
      const reply = readReply(text);
      if (reply === undefined) fail('said what is no reply: is it an idpmap?');
      else resolve(reply);
    });
    socket.write(request);
  });
}

/** Reads what both ends, being of one release, know as a reply; absent: it is none. */
function readReply(text: string): CommandReply<never> | undefined {
  try {
    const reply: CommandReply<never> | null = JSON.parse(text);
    return reply !== null && typeof reply === 'object' ? reply : undefined;
  } catch {
    return undefined;
  }
}
