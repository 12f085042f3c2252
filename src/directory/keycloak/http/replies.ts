import { Fault } from '../../directory.ts';
import { explainTls, UnreadableFile } from '../../tls.ts';
import { grantCommand } from '../commands.ts';
import type { Site } from './site.ts';

/** A whole reply of Keycloak's, or of whatever stands before it. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
  readonly location?: string;
}

/** A fault that passes by itself: directly after a restart it is to be expected. */
export class Transient extends Fault {
  constructor(kind: 'directory' | 'timeout', reason: string, options?: ErrorOptions) {
    super(kind, reason, options);
    this.name = 'Transient';
  }
}

/** Keycloak takes a value of the question for an attack: no user can have it. */
export class BlockedValue extends Fault {
  constructor(reason: string) {
    super('entry', reason);
    this.name = 'BlockedValue';
  }
}

/** The token that was sent counts no more. */
export class Unauthorized extends Fault {
  constructor(reason: string) {
    super('directory', reason);
    this.name = 'Unauthorized';
  }
}

/**
 * Whoever was asked answers, and does not say what was asked for. A firewall before Keycloak does that to some questions
 * only, and strangers choose these: see `sparing`.
 */
export class Refused extends Fault {
  constructor(reason: string, options?: ErrorOptions) {
    super('directory', reason, options);
    this.name = 'Refused';
  }
}

/** The client may not ask this. */
export class Forbidden extends Refused {
  constructor(reason: string) {
    super(reason);
    this.name = 'Forbidden';
  }
}

/** There is nothing at the path. It never means that there is no such user: nobody is looked for by path. */
export class NotThere extends Refused {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotThere';
  }
}

/**
 * What a reply to an admin question holds.
 * @param path what was asked, for the reason: `/users`
 * @throws {Fault} on whatever is not status 200 with JSON
 */
export function contentOf(reply: Reply, site: Site, path: string): unknown {
  if (reply.status !== 200) throw faultOf(reply, site, path);
  return parseJson(reply, site, path);
}

/** Reads JSON; Keycloak has been seen to end a list of status 200 with an error's text. */
export function parseJson({ text }: Reply, { url }: Site, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refused(`${url} answers ${path} with what is no JSON: ${excerpt(text)}`, {
      cause: error,
    });
  }
}

/** What Keycloak says instead of an answer, in few words; nothing that we sent. */
export function wordsOf({ text }: Reply): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      const { error_description: long, errorMessage: message, error: short }: ErrorBody = body;
      const words = [long, message, short].find((each) => typeof each === 'string');
      if (typeof words === 'string') return excerpt(words);
    }
  } catch {
    // A proxy's page, or Keycloak's own text.
  }
  return excerpt(text);
}

interface ErrorBody {
  readonly error_description?: unknown;
  readonly errorMessage?: unknown;
  readonly error?: unknown;
}

const EXCERPT = 120;

function excerpt(text: string): string {
  const words = text
    .slice(0, 4 * EXCERPT)
    .replaceAll(/<[^>]*>|[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
  if (words === '') return 'nothing';
  return words.length > EXCERPT ? `${words.slice(0, EXCERPT)}…` : words;
}

function faultOf(reply: Reply, site: Site, path: string): Fault {
  const { status } = reply;
  const { url, realm, clientId } = site;
  const said = `${url} answers ${path} of realm ${realm} with ${status} (${wordsOf(reply)})`;
  switch (status) {
    case 400:
      return isBlocked(reply)
        ? new BlockedValue(said)
        : new Refused(`${said}: check url, it may hold a doubled slash`);
    case 401:
      return new Unauthorized(
        `${said} although the token is new: is url the address by which Keycloak knows itself, and is ${clientId} enabled?`,
      );
    case 403:
      return new Forbidden(
        `${said}: ${clientId} lacks a role, run: ${grantCommand(site, roleFor(path))}`,
      );
    case 404:
      return new NotThere(`${said}: ${elsewhere(reply, site)}`);
    case 405:
    case 406:
      return new Refused(`${said}: ${elsewhere(reply, site)}`);
    case 429:
      return new Fault(
        'directory',
        `${said}: it, or a proxy before it, is asked too often, lower limit.perSecond`,
      );
    default:
      return otherFault(reply, site, said);
  }
}

/** Only Keycloak's own words count: a proxy that blocks questions has not looked whether somebody is there. */
const isBlocked = ({ text }: Reply): boolean =>
  text.trim() === '{"error":"Blocking invalid query parameter value"}';

function otherFault({ status, location }: Reply, site: Site, said: string): Fault {
  if (status >= 500) return new Transient('directory', said);
  if (status >= 300 && status < 400) {
    return new Refused(
      `${said}: redirects are not followed, set url to where Keycloak is (it points to ${location ?? 'nowhere'})`,
    );
  }
  return new Refused(`${said}: is url ${site.url} that of Keycloak?`);
}

/** The role that a path needs. */
function roleFor(path: string): string {
  if (path.startsWith('/organizations')) return 'view-organizations';
  if (path.startsWith('/components')) return 'view-realm';
  return path.startsWith('/admin-events') || path.startsWith('/events')
    ? 'view-events'
    : 'view-users';
}

/** What a 404 says: that Keycloak is not below the URL, or that the realm isn't there. */
export function elsewhere(reply: Reply, { url, realm }: Site): string {
  if (/realm (?:does not exist|not found)/i.test(reply.text)) {
    return `there is no realm ${realm}, check its name, case counts`;
  }
  const hint = new URL(url).pathname.endsWith('/auth') ? 'without /auth' : 'with /auth';
  return `Keycloak's paths do not begin at ${url}, try url ${hint} at its end; or check realm ${realm}`;
}

/** Errors of connections that others closed: the question may be put again. */
const LOST = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether it was only the connection that failed. */
export const isLost = (error: unknown): boolean => LOST.has(codeOf(error));

/** What an error of the connection means, and what to mend. */
export function transportFault(error: unknown, { url }: Site, signal: AbortSignal): Fault {
  if (error instanceof Fault) return error;
  if (signal.aborted) return new Transient('timeout', `${url} did not answer in time`);
  const code = codeOf(error);
  const message = messageOf(error);
  const options = { cause: error };
  if (error instanceof UnreadableFile) return new Fault('directory', message, options);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new Fault('shutdown', 'the directory is closed', options);
  }
  const mend = explainTls(code, message) ?? EXPLAINED[code];
  // Of one user or group that is larger than the others.
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new Fault('entry', `${url}: a reply is longer than is read at a time`, options);
  }
  if (mend !== undefined) return new Fault('directory', `${url}: ${mend}`, options);
  return new Transient('directory', `${url} can't be reached: ${message}`, options);
}

const EXPLAINED: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, check url and DNS',
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Where a host has several addresses, only the code says why none of them was reached. */
const messageOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : codeOf(error);
