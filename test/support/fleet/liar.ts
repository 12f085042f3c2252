import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a real engine would have said to one command. */
export interface Question {
  /** In capitals: `XADD`. */
  readonly name: string;
  readonly args: readonly Buffer[];
  /** As the wire has it; for what is answered whether the engine was asked or not, so that both stay in step. */
  readonly reply: Buffer;
}

/** Says nothing from now on, and keeps the connection. */
export const SILENCE = Symbol('silence');

type Said = string | Buffer | typeof SILENCE | undefined;

/** Says something in its place, as the wire has it; absent: what the engine said. */
export type Lie = (question: Question) => Said | Promise<Said>;

/** A proxy in front of a real engine that understands what is asked and answered, and may say something else. */
export interface Liar {
  readonly url: string;
  /** Connections so far. */
  readonly connections: () => number;
  /** From now on; absent: it tells the truth. */
  lie(how?: Lie): void;
  stop(): Promise<void>;
}

/** Says all of it so much later. */
export const late =
  (ms: number): Lie =>
  async ({ reply }) => {
    await sleep(ms);
    return reply;
  };

/** Says this to commands of these names, and the truth to all others. */
export const saying =
  (what: string | Buffer, ...names: readonly string[]): Lie =>
  ({ name }) =>
    names.length === 0 || names.includes(name) ? what : undefined;

/** Starts it in front of the engine at this port of 127.0.0.1. */
export async function startLiar(port: number): Promise<Liar> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let how: Lie = () => undefined;

  const join = (client: Socket): void => {
    connections += 1;
    const engine = connect({ port, host: '127.0.0.1' });
    const questions: Omit<Question, 'reply'>[] = [];
    let isSilent = false;
    let said: Promise<unknown> = Promise.resolve();
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    const isOver = (): boolean => isSilent || client.destroyed;
    const say = (question: Question): void => {
      const lie = Promise.resolve(how(question));
      // In their order, however long each takes.
      said = said.then(async () => {
        const what = await lie;
        if (isOver()) return;
        if (what === SILENCE) isSilent = true;
        else client.write(what ?? question.reply);
      });
    };
    client.on('data', (chunk: Buffer) => engine.write(chunk));
    client.on(
      'data',
      each((message) => {
        const [name = Buffer.alloc(0), ...args] = partsOf(message);
        questions.push({ name: name.toString().toUpperCase(), args });
      }),
    );
    engine.on(
      'data',
      each((reply) => {
        const question = questions.shift();
        if (question !== undefined) say({ ...question, reply });
      }),
    );
  };

  const server = createServer(join).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return {
    url: `valkey://127.0.0.1:${address.port}`,
    connections: () => connections,
    lie: (next = () => undefined) => {
      how = next;
    },
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Parts a stream into its messages. */
function each(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = endOf(rest, 0); end !== undefined; end = endOf(rest, 0)) {
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}

/** Where the message that begins there ends; absent: not yet. */
function endOf(bytes: Buffer, at: number): number | undefined {
  const line = bytes.indexOf('\r\n', at);
  if (line === -1) return undefined;
  const kind = String.fromCharCode(bytes[at] ?? 0);
  const size = Number(bytes.subarray(at + 1, line));
  if (kind === '$' && size >= 0) {
    const end = line + 2 + size + 2;
    return end <= bytes.length ? end : undefined;
  }
  let end: number | undefined = line + 2;
  if (kind === '*') for (let i = 0; i < size && end !== undefined; i++) end = endOf(bytes, end);
  return end;
}

/** The parts of a list of texts, as a command is one. */
function partsOf(message: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = message.indexOf('\r\n') + 2;
  while (at < message.length) {
    const line = message.indexOf('\r\n', at);
    const size = Number(message.subarray(at + 1, line));
    parts.push(message.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return parts;
}
