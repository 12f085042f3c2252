import { connect, type Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import { formatDuration } from '../config/schema/units.ts';
import { reasonOf } from '../reason.ts';

/** Whom to ask for whom. */
export interface RecipientQuestion {
  readonly server: { readonly host: string; readonly port: number };
  /** `local@domain`, without control characters, spaces and angle brackets; `from` may be empty, the null sender. */
  readonly from: string;
  readonly to: string;
  /** For the whole conversation. */
  readonly timeoutMs: number;
}

/**
 * What an SMTP server said, its enhanced code with the text; the lines of a long one are joined by a newline. Other control
 * characters, which a terminal might obey, have become `?`.
 */
export interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

/** What the server said, and to which step: all but RCPT came to a refusal before the recipient was asked for. */
export interface RecipientReply extends SmtpReply {
  readonly step: 'greeting' | 'EHLO' | 'MAIL' | 'RCPT';
}

/** The server was not reached, or did not speak SMTP. */
export class SmtpError extends Error {
  override readonly name = 'SmtpError';
}

/** A recipient that needs SMTPUTF8 of a server that does not offer it: nobody's mail for it gets through. */
export class NoUtf8Error extends Error {
  override readonly name = 'NoUtf8Error';
}

/** Postfix's longest has some 200; a server that goes on speaking must not fill our memory. */
const MOST_REPLY = 64 * 1024;

/**
 * Asks a server for a recipient as whoever brings mail does, and leaves before there is any.
 * @throws {SmtpError} where there is no connection, or no SMTP reply in time
 * @throws {NoUtf8Error} where the addresses need what it does not offer
 * @see RFC 5321, RFC 6531
 */
export async function askRecipient(question: RecipientQuestion): Promise<RecipientReply> {
  const { server, timeoutMs } = question;
  const socket = connect(server);
  const timer = setTimeout(() => {
    socket.destroy(new Error(`it was given ${formatDuration(timeoutMs)}, and is not done`));
  }, timeoutMs);
  try {
    return await converse(socket, question);
  } catch (error) {
    if (error instanceof NoUtf8Error) throw error;
    throw new SmtpError(explain(error), { cause: error });
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function converse(socket: Socket, question: RecipientQuestion): Promise<RecipientReply> {
  const [from, to] = [withAsciiDomain(question.from), withAsciiDomain(question.to)];
  const replies = readReplies(socket);
  const ask = async (line: string): Promise<SmtpReply> => {
    socket.write(`${line}\r\n`);
    return nextOf(replies);
  };
  const greeting = await nextOf(replies);
  if (greeting.code !== 220) return { step: 'greeting', ...greeting };
  const hello = await ask(`EHLO ${nameOf(socket)}`);
  if (hello.code !== 250) return { step: 'EHLO', ...hello };
  const needsUtf8 = !isAscii(from + to);
  if (needsUtf8 && !/^SMTPUTF8$/im.test(hello.text)) {
    throw new NoUtf8Error(
      `the server offers no SMTPUTF8, so no mail with a local part beyond ASCII gets to it: set smtputf8_enable = yes in Postfix's main.cf, or ask for another address`,
    );
  }
  const mail = await ask(`MAIL FROM:<${from}>${needsUtf8 ? ' SMTPUTF8' : ''}`);
  if (classOf(mail) !== 2) return { step: 'MAIL', ...mail };
  const reply = await ask(`RCPT TO:<${to}>`);
  // Whatever it says to that: the answer is here.
  await ask('RSET')
    .then(() => ask('QUIT'))
    .catch(() => {});
  return { step: 'RCPT', ...reply };
}

/** The first digit of a reply's code: 2 is yes, 4 is not now, 5 is no. */
export const classOf = ({ code }: SmtpReply): number => Math.trunc(code / 100);

const isAscii = (text: string): boolean => !/[^\p{ASCII}]/u.test(text);

/** Who sends to jürgen@… needs SMTPUTF8; to ann@exämple.org, nobody does. */
function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at + 1);
  return isAscii(local) && !isAscii(address)
    ? local + domainToASCII(address.slice(at + 1))
    : address;
}

/** Our address, as RFC 5321 wants it of a host without a name: servers that refuse made-up names take it. */
const nameOf = ({ localAddress = '127.0.0.1', localFamily }: Socket): string =>
  localFamily === 'IPv6' ? `[IPv6:${localAddress}]` : `[${localAddress}]`;

async function nextOf(replies: AsyncGenerator<SmtpReply, void>): Promise<SmtpReply> {
  const { value } = await replies.next();
  if (value === undefined) throw new Error('it closed the connection instead of a reply');
  return value;
}

/** Yields replies until the server ends the connection; throws where it breaks. */
async function* readReplies(socket: Socket): AsyncGenerator<SmtpReply, void> {
  socket.setEncoding('utf8');
  let rest = '';
  let texts: string[] = [];
  // Strings, since `setEncoding`.
  for await (const chunk of socket as AsyncIterable<string>) {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const raw of lines) {
      const line = raw.replaceAll(/\p{Cc}/gu, '?');
      const { code, more, text = '' } = LINE.exec(line)?.groups ?? {};
      if (code === undefined)
        throw new Error(`${JSON.stringify(line.slice(0, 80))} is no SMTP reply`);
      texts.push(text);
      if (more === '-') continue;
      yield { code: Number(code), text: texts.join('\n') };
      texts = [];
    }
    if (rest.length + texts.join().length > MOST_REPLY) throw new Error('its reply has no end');
  }
}

/** `250-first`, `250 last`: the hyphen says that more follows. */
const LINE = /^(?<code>[2-5]\d\d)(?<more>[ -]|$)(?<text>.*)$/;

/** A host of several addresses fails with an error for each, and no words of its own. */
const explain = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(reasonOf).join(', ') : reasonOf(error);
