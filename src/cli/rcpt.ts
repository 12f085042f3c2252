import { parseAddress } from '../address/address.ts';
import { parseDuration } from '../config/schema/units.ts';
import { formatEndpoint, parseEndpoint, type TcpEndpoint } from '../net/endpoint.ts';
import { reasonOf } from '../reason.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';
import {
  askRecipient,
  classOf,
  NoUtf8Error,
  type RecipientQuestion,
  type RecipientReply,
  SmtpError,
} from './smtp.ts';

export interface RcptOptions {
  /** `HOST:PORT`. */
  readonly server: string;
  /** Empty or `<>`: the null sender. */
  readonly from: string;
  /** A duration, for all of it. */
  readonly timeout: string;
  /** `250`, or `5xx` for all of a kind; absent: `2xx`. */
  readonly expect?: string;
  readonly json?: boolean;
}

const MOST_MS = 3_600_000;

/** What a reply means for mail, by the first digit of its code. */
const MEANINGS: Readonly<Record<number, string>> = {
  2: 'mail for it is taken',
  4: 'mail for it is delayed, its sender tries again',
  5: 'mail for it is refused, it goes back to its sender',
};

/** What smtpd was once not told of a domain it goes on not knowing. */
const RELOAD =
  'once it is mended, and it says so still: postfix reload, for Postfix may remember that it failed';

/** Replies whose cause is not the recipient, and what to look at. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /lookup failure|lookup error/i,
    `one of Postfix's tables gave no answer; mail.log names it and says why:
  socketmap server temporary error: idpmap directory people 033b33
    idpmap was asked, and does not know it now: idpmap explain --id 033b33
  connect to idpmap/socketmap: No such file or directory (Permission denied, Connection refused)
    Postfix does not reach idpmap: idpmap doctor
${RELOAD}`,
  ],
  [
    /^4\.3\.5 Server configuration error/i,
    `one of Postfix's tables or restrictions can't be used; mail.log names it:
  socketmap server permanent error: map user-exist is not configured
    main.cf asks for a map that idpmap does not have: idpmap doctor
${RELOAD}`,
  ],
  [/relay access denied/i, 'the domain is none of those that Postfix takes mail for'],
];

/**
 * Refusals that are kept back until the recipient is named, and are the same for every recipient.
 * @see postconf(5), smtpd_delay_reject and default_rbl_reply
 */
const OF_SOMEBODY_ELSE =
  /(?:Client host|Client certificate|Helo command|Sender address) (?:rejected|\[.*\] blocked)/i;

/** Asks a Postfix over SMTP what it says to a recipient; no mail is sent. */
export async function rcpt(address: string, options: RcptOptions): Promise<number> {
  const isExpected = readExpected(options.expect ?? '2xx');
  const server = readServer(options.server);
  const reply = await ask(server, {
    from: readSender(options.from),
    to: readAddress(address),
    timeoutMs: readTimeout(options.timeout),
  });
  const { code, text } = reply;
  const fits = isExpected(code);
  const meaning = MEANINGS[classOf(reply)] ?? 'that is no answer to a recipient';
  const hints = HINTS.filter(([pattern]) => pattern.test(text)).map(([, hint]) => hint);
  print(
    options,
    { address, server: nameOf(server), code, text, meaning, hints, fits },
    [
      formatReply(reply),
      meaning,
      ...hints,
      ...(fits || options.expect === undefined ? [] : [`expected was ${options.expect}`]),
    ].join('\n'),
  );
  if (fits) return EXIT.ok;
  return classOf(reply) === 4 ? EXIT.temporary : EXIT.notFound;
}

const formatReply = ({ code, text }: RecipientReply): string =>
  `${code} ${text.replaceAll('\n', ' ')}`;

/** Reads `250` or `5xx` as a test of codes. */
function readExpected(text: string): (code: number) => boolean {
  const digits = /^[245](?:xx|\d\d)$/.exec(text)?.[0].replace('xx', '');
  if (digits !== undefined) return (code) => String(code).startsWith(digits);
  const message = `--expect ${JSON.stringify(text)} is no reply, write 250, or 5xx for all of a kind`;
  throw new CliError(EXIT.usage, message);
}

function readServer(text: string): TcpEndpoint {
  try {
    const endpoint = parseEndpoint(`tcp://${text}`);
    if (endpoint.kind === 'tcp' && endpoint.port > 0) return endpoint;
  } catch {
    // Its words are those of another setting.
  }
  const message = `--server ${JSON.stringify(text)} is no server, write HOST:PORT, IPv6 in brackets: [::1]:25`;
  throw new CliError(EXIT.usage, message);
}

const readSender = (text: string): string =>
  text === '' || text === '<>' ? '' : readMailbox(text, '--from');

const readAddress = (text: string): string => readMailbox(text, 'the address');

/** It goes onto the wire as it is: with a line's end in it, it would be two commands. */
function readMailbox(text: string, what: string): string {
  if (parseAddress(text) !== undefined && !/[\s<>\p{Cc}]/u.test(text)) return text;
  const message = `${what} ${JSON.stringify(text)} is none, write local@domain, without spaces and <>`;
  throw new CliError(EXIT.usage, message);
}

function readTimeout(text: string): number {
  try {
    const ms = parseDuration(text);
    if (ms >= 1 && ms <= MOST_MS) return ms;
  } catch (error) {
    throw new CliError(EXIT.usage, `--timeout ${reasonOf(error)}`, { cause: error });
  }
  throw new CliError(EXIT.usage, `--timeout ${text} is none, write 1ms to 1h`);
}

const nameOf = (server: TcpEndpoint): string => formatEndpoint(server).slice('tcp://'.length);

/** Asks; gives nothing but what was said to the recipient. */
async function ask(
  server: TcpEndpoint,
  question: Omit<RecipientQuestion, 'server'>,
): Promise<RecipientReply> {
  const reply = await askRecipient({ server, ...question }).catch((error: unknown) => {
    if (!(error instanceof SmtpError || error instanceof NoUtf8Error)) throw error;
    const code = error instanceof SmtpError ? EXIT.temporary : EXIT.data;
    const remedy = error.message.includes('ECONNREFUSED')
      ? ': is Postfix running? Where it is elsewhere, name it: --server HOST:PORT'
      : '';
    throw new CliError(code, `${nameOf(server)}: ${error.message}${remedy}`, { cause: error });
  });
  if (isOfRecipient(reply)) return reply;
  // Whatever is expected of the recipient: this was said of somebody else.
  const whose =
    reply.step === 'RCPT'
      ? 'it refuses the client or the sender, whoever the recipient is'
      : 'it does not get as far as the recipient';
  const message = `${nameOf(server)}: ${whose}, ${reply.step} was answered ${formatReply(reply)}`;
  throw new CliError(classOf(reply) === 5 ? EXIT.unavailable : EXIT.temporary, message);
}

const isOfRecipient = (reply: RecipientReply): boolean =>
  reply.step === 'RCPT' && (classOf(reply) === 2 || !OF_SOMEBODY_ELSE.test(reply.text));
