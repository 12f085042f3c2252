import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readLines } from '../loopback.ts';

/** What an SMTP server said. */
export interface SmtpReply {
  readonly code: number;
  /** `5.1.1`, where the server gives one. */
  readonly enhanced?: string;
  /** The lines without code and enhanced code, joined by a newline. */
  readonly text: string;
}

/** One SMTP session. One command at a time; a reply of any code is a result, a lost connection rejects. */
export interface SmtpClient {
  /** Sends a line as it is. */
  command(line: string): Promise<SmtpReply>;
  ehlo(name?: string): Promise<SmtpReply>;
  /** AUTH PLAIN. */
  auth(user: string, password: string): Promise<SmtpReply>;
  /** The addresses are sent as they are, in angle brackets; an empty one is the null sender. */
  mail(from: string): Promise<SmtpReply>;
  rcpt(to: string): Promise<SmtpReply>;
  /** DATA and, once the server asks for it, the message; lines end with LF or CRLF. */
  data(message: string): Promise<SmtpReply>;
  quit(): Promise<SmtpReply>;
  /** Ends the connection without a word. */
  close(): void;
}

const SILENCE_MS = 30_000;

/** Connects to a server on loopback and waits for its 220. */
export async function connectSmtp(port: number): Promise<SmtpClient> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('the server is silent')));
  const lines = readLines(socket);
  const greeting = await readReply(lines, 'the greeting');
  if (greeting.code !== 220) {
    socket.destroy();
    throw new Error(`port ${port} greets with ${greeting.code} ${greeting.text}`);
  }
  return createClient(socket, lines);
}

/** One message as the envelope sees it. */
export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body; absent: a short one. */
  readonly message?: string;
}

/** What became of an envelope. */
export interface Transaction {
  /** The replies to MAIL FROM and to each RCPT TO, in the envelope's order. */
  readonly mail: SmtpReply;
  readonly recipients: readonly SmtpReply[];
  /** Absent where no recipient was accepted. */
  readonly data?: SmtpReply;
}

/** Sends one message in a session of its own. */
export async function sendMail(port: number, envelope: Envelope): Promise<Transaction> {
  const client = await connectSmtp(port);
  try {
    await client.ehlo();
    const mail = await client.mail(envelope.from);
    const recipients: SmtpReply[] = [];
    for (const address of envelope.to) recipients.push(await client.rcpt(address));
    const isAccepted = recipients.some(({ code }) => code === 250);
    const data = isAccepted ? { data: await client.data(envelope.message ?? MESSAGE) } : {};
    await client.quit();
    return { mail, recipients, ...data };
  } finally {
    client.close();
  }
}

const MESSAGE = 'Subject: test\n\ntest\n';

function createClient(socket: Socket, lines: AsyncGenerator<string, void>): SmtpClient {
  const command = (line: string): Promise<SmtpReply> => {
    socket.write(`${line}\r\n`);
    return readReply(lines, line);
  };
  return {
    command,
    ehlo: (name = 'client.test') => command(`EHLO ${name}`),
    auth: (user, password) =>
      command(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`),
    mail: (from) => command(`MAIL FROM:<${from}>`),
    rcpt: (to) => command(`RCPT TO:<${to}>`),
    data: async (message) => {
      const reply = await command('DATA');
      if (reply.code !== 354) return reply;
      const body = message.replace(/\r?\n$/, '').replaceAll(/\r?\n/g, '\r\n');
      return command(`${body.replaceAll(/^\./gm, '..')}\r\n.`);
    },
    quit: async () => {
      const reply = await command('QUIT');
      socket.destroy();
      return reply;
    },
    close: () => socket.destroy(),
  };
}

/** `250-first`, `250 2.1.0 last`: the hyphen says that more follows. */
const LINE =
  /^(?<code>\d{3})(?<more>[ -]|$)(?:(?<enhanced>[245]\.\d{1,3}\.\d{1,3})(?: |$))?(?<text>.*)$/;

async function readReply(lines: AsyncGenerator<string, void>, command: string): Promise<SmtpReply> {
  const texts: string[] = [];
  for (;;) {
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`connection closed instead of a reply to ${command}`);
    const { code, more, enhanced, text = '' } = LINE.exec(value)?.groups ?? {};
    if (code === undefined) throw new Error(`"${value}" is no reply to ${command}`);
    texts.push(text);
    if (more === '-') continue;
    return {
      code: Number(code),
      ...(enhanced === undefined ? {} : { enhanced }),
      text: texts.join('\n'),
    };
  }
}
