import { type Answer, NOTFOUND } from '../maps/answer.ts';

/** A request's payload, in bytes: Postfix asks for keys of up to 10 000 (3.12), a map name comes on top. */
export const MAX_REQUEST_BYTES = 16 * 1024;
/**
 * A longer one is read over and answered, up to this: Postfix before 3.12 sends keys of any length, and later ones know them
 * to be "not found". No header is so long (`header_size_limit`).
 */
export const MAX_PASSED_BYTES = 1024 * 1024;
/** A reply's payload, in bytes: one more, and Postfix fails every later lookup of that SMTP session. */
export const MAX_REPLY_BYTES = 100_000;
/** Postfix logs so many characters of a reason. */
export const MAX_REASON_LENGTH = 200;

/** Answers that `key` has `data`, which is not empty and holds no control characters but tabs: else TEMP goes out in its place. */
export const ok = (data: string): Answer => ({ status: 'OK', data });
/** Answers that there is no such key. Mail bounces on it: say it only of what is known to be absent. */
export const notFound = (): Answer => NOTFOUND;
/** Answers that it is not known now: the mail waits. `reason` goes to mail.log. */
export const temp = (reason: string): Answer => ({ status: 'TEMP', reason });
/** Answers that the question is wrong: a map that is not configured. `reason` goes to mail.log. */
export const perm = (reason: string): Answer => ({ status: 'PERM', reason });
/** Answers that whoever knows did not answer in time; Postfix treats it as TEMP. `reason` goes to mail.log. */
export const timeout = (reason: string): Answer => ({ status: 'TIMEOUT', reason });

/** The answer to a request without a space. */
export const INVALID: Answer = perm('invalid request');

/** What a request asks for. */
export interface Query {
  readonly map: string;
  /** May hold spaces, and may be empty. */
  readonly key: string;
}

const GET = 'get ';

/**
 * Reads `<map> <key>`, split at the first space; absent where there is none. A `get ` in front is dropped, unless no
 * other space follows or a map of that name is there (`hasMap`).
 */
export function parseRequest(text: string, hasMap: (name: string) => boolean): Query | undefined {
  const from = text.startsWith(GET) && text.includes(' ', GET.length) && !hasMap('get') ? 4 : 0;
  const space = text.indexOf(' ', from);
  if (space === -1) return undefined;
  return { map: text.slice(from, space), key: text.slice(space + 1) };
}

/** Why data can't be sent. Closed: it labels metrics. */
export type ReplyFault = 'empty' | 'control' | 'size';

/** What ends a string of C or a line, and what would turn the lines of a log that show it round; a tab is a table's own. */
const BREAKS = /[^\P{Cc}\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** What keeps `data` off the wire, where a reply has up to `maxBytes`; absent where it may go out. */
export function findReplyFault(data: string, maxBytes = MAX_REPLY_BYTES): ReplyFault | undefined {
  if (data.length === 0) return 'empty';
  const most = maxBytes - 'OK '.length;
  if (data.length * 3 > most && Buffer.byteLength(data) > most) return 'size';
  return BREAKS.test(data) ? 'control' : undefined;
}

/** Writes an answer as a reply's payload. NOTFOUND keeps its space: some clients look for it. */
export function formatReply(answer: Answer): string {
  switch (answer.status) {
    case 'OK':
      return `OK ${answer.data}`;
    case 'NOTFOUND':
      return 'NOTFOUND ';
    case 'TEMP':
    case 'PERM':
    case 'TIMEOUT':
      return `${answer.status} ${toReason(answer.reason)}`;
  }
}

/** One printable line of at most `MAX_REASON_LENGTH` characters. */
const toReason = (text: string): string =>
  text.replace(/\s+/gu, ' ').slice(0, MAX_REASON_LENGTH).replace(/\p{C}/gu, '?');

/**
 * Reads a reply's payload, as Postfix does.
 * @throws {SyntaxError} where its first word is no status
 */
export function parseReply(payload: string): Answer {
  const space = payload.indexOf(' ');
  const status = space === -1 ? payload : payload.slice(0, space);
  const rest = space === -1 ? '' : payload.slice(space + 1);
  switch (status) {
    case 'OK':
      // Without a space there is no data, and Postfix takes that for "not found".
      return space === -1 ? NOTFOUND : ok(rest);
    case 'NOTFOUND':
      return NOTFOUND;
    case 'TEMP':
    case 'PERM':
    case 'TIMEOUT':
      return { status, reason: rest };
    default:
      throw new SyntaxError(`a reply begins with "${toReason(status)}", which is no status`);
  }
}
