import type { Socket } from 'node:net';
import { readLines, serveLoopback } from '../loopback.ts';
import { until } from '../until.ts';

/** A message that reached the mailboxes. */
export interface DeliveredMessage {
  readonly from: string;
  /** Those that were accepted, as Postfix wrote them. */
  readonly recipients: readonly string[];
  /** Header and body with LF, dots unstuffed. */
  readonly data: string;
}

/** The mail store behind Postfix: it takes mail for the mailboxes it knows and refuses the rest with 550. */
export interface LmtpSink {
  /** As `virtual_transport` and `relay_transport` name it. */
  readonly transport: string;
  /** What has arrived, in order. */
  readonly messages: readonly DeliveredMessage[];
  /** Waits for `count` messages that `isMeant` and gives those that are in; rejects after 20 s. */
  delivered(count: number, isMeant?: IsMeant): Promise<readonly DeliveredMessage[]>;
  stop(): Promise<void>;
}

/** Picks a test's own messages from a sink that several share. */
export type IsMeant = (message: DeliveredMessage) => boolean;

/** What a sink is told. */
export interface LmtpSinkOptions {
  /** Full addresses; compared without regard to case. */
  readonly mailboxes: readonly string[];
  /** A Unix socket; absent: a port on loopback. */
  readonly path?: string;
}

const LIMIT_MS = 20_000;

/** Starts a sink. Mail it has answered with 250 is in `messages` before the answer leaves. */
export async function startLmtpSink({ mailboxes, path }: LmtpSinkOptions): Promise<LmtpSink> {
  const known = new Set(mailboxes.map((address) => address.toLowerCase()));
  const messages: DeliveredMessage[] = [];
  const server = await serveLoopback(
    (socket) => serveSession(socket, known, (message) => messages.push(message)),
    path,
  );
  return {
    transport: path === undefined ? `lmtp:inet:127.0.0.1:${server.port}` : `lmtp:unix:${path}`,
    messages,
    delivered: async (count, isMeant = () => true) => {
      const meant = () => messages.filter(isMeant);
      if (await until(() => meant().length >= count, LIMIT_MS)) return meant();
      throw new Error(
        `${meant().length} of ${count} messages arrived in ${LIMIT_MS} ms, see the mail log`,
      );
    },
    stop: () => server.stop(),
  };
}

/** One LMTP transaction as far as it has come. */
interface Transaction {
  from: string;
  recipients: readonly string[];
}

async function serveSession(
  socket: Socket,
  known: ReadonlySet<string>,
  deliver: (message: DeliveredMessage) => void,
): Promise<void> {
  const say = (...lines: readonly string[]) => socket.write(`${lines.join('\r\n')}\r\n`);
  const lines = readLines(socket);
  const transaction: Transaction = { from: '', recipients: [] };
  say('220 sink.test LMTP');
  for await (const line of lines) {
    if (line.toUpperCase() !== 'DATA' || transaction.recipients.length === 0) {
      say(...answer(line, transaction, known));
      continue;
    }
    say('354 go on');
    const data = await readMessage(lines);
    if (data === undefined) return;
    deliver({ ...transaction, data });
    say(...transaction.recipients.map((address) => `250 2.0.0 <${address}> delivered`));
    transaction.recipients = [];
  }
}

const LHLO = ['250-sink.test', '250-PIPELINING', '250-SMTPUTF8', '250-8BITMIME'];

function answer(
  line: string,
  transaction: Transaction,
  known: ReadonlySet<string>,
): readonly string[] {
  const path = readPath(line);
  switch (line.slice(0, 4).toUpperCase()) {
    case 'LHLO':
      return [...LHLO, '250 ENHANCEDSTATUSCODES'];
    case 'MAIL':
      transaction.from = path;
      transaction.recipients = [];
      return ['250 2.1.0 ok'];
    case 'RCPT':
      if (!known.has(path.toLowerCase())) return [`550 5.1.1 <${path}> no such mailbox`];
      transaction.recipients = [...transaction.recipients, path];
      return ['250 2.1.5 ok'];
    case 'DATA':
      return ['503 5.5.1 no recipients'];
    case 'RSET':
      transaction.recipients = [];
      return ['250 2.0.0 ok'];
    case 'QUIT':
      return ['221 2.0.0 bye'];
    default:
      return [`500 5.5.2 unknown command ${line}`];
  }
}

/** The address in `MAIL FROM:<ann@example.org> SIZE=17`. A quoted local part may hold a `>`. */
function readPath(line: string): string {
  return /^[^<]*<(?<path>(?:"(?:[^"\\]|\\.)*"|[^">])*)>/.exec(line)?.groups?.['path'] ?? '';
}

/** Reads up to the lonely dot; absent where the client was cut before it. */
async function readMessage(lines: AsyncGenerator<string, void>): Promise<string | undefined> {
  let data = '';
  for (;;) {
    const { value } = await lines.next();
    if (value === undefined) return undefined;
    if (value === '.') return data;
    data += `${value.replace(/^\./, '')}\n`;
  }
}
