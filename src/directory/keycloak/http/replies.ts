import type { Fault } from '../../directory.ts';
import { grantCommand, organizationsCommand } from '../commands.ts';
import { BlockedValue, Forbidden, NotThere, Refused, Transient, Unauthorized } from './faults.ts';
import type { Site } from './site.ts';

/** A whole reply of Keycloak's, or of whatever stands before it. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
  readonly location?: string;
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
    const said = `${url} answers ${path} with what is no JSON: ${excerpt(text)}`;
    throw new Refused(said, '', { cause: error });
  }
}

/** What Keycloak says instead of an answer, in few words; nothing that we sent. */
export const wordsOf = (reply: Reply): string => excerpt(ownWordsOf(reply) ?? reply.text);

/**
 * Keycloak's own words; absent where a proxy, a firewall or another server speaks in its place. Advice about Keycloak would
 * contradict what is known then.
 */
export function ownWordsOf({ text }: Reply): string | undefined {
  // Proxies have pages.
  if (text.trim() === '') return '';
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return undefined;
    const { error_description: long, errorMessage: message, error: short }: ErrorBody = body;
    return [long, message, short].find((each) => typeof each === 'string');
  } catch {
    return undefined;
  }
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
  const said = `${site.url} answers ${path} of realm ${site.realm} with ${status} (${wordsOf(reply)})`;
  if (status >= 500) return new Transient('directory', said);
  if (status === 400 && isBlocked(reply)) return new BlockedValue(said);
  const mend = mendOf(reply, site, path);
  if (status === 401) return new Unauthorized(said, mend);
  if (status === 403) return new Forbidden(said, mend);
  return status === 404 ? new NotThere(said, mend) : new Refused(said, mend);
}

/** What to do about it. The token came from the same URL and realm, so neither of these is what is wrong. */
function mendOf(reply: Reply, site: Site, path: string): string {
  const own = ownWordsOf(reply);
  if (reply.text.includes('missingNormalization'))
    return ': check url, it may hold a doubled slash';
  if (own === undefined) return guarded(site, reply.location);
  switch (reply.status) {
    case 400:
      return '';
    case 401:
      return ` although the token is new: is url the address by which Keycloak knows itself, and is ${site.clientId} enabled?`;
    case 403:
      return `: ${site.clientId} lacks a role, run: ${grantCommand(site, roleFor(path))}${oldRole(roleFor(path))}`;
    case 404:
      return absent(own, site, path);
    default:
      return guarded(site, reply.location);
  }
}

/** What to do where somebody asks for peace. */
export const OFTEN = 'it, or a proxy before it, is asked too often, lower limit.perSecond';

/** What to do about a proxy that gives tokens, and does not let the questions through that need them. */
const guarded = ({ url }: Site, location?: string): string =>
  `: a proxy before Keycloak does not let /admin through${
    location === undefined ? '' : `, and sends whoever asks for it to ${location}`
  } (the token came from the same url): have it do so for idpmap, or set url to the address of Keycloak behind it; where Keycloak's hostname is fixed (--hostname), ${url} and that one give the same token`;

/** What Keycloak itself means by 404. */
function absent(words: string, site: Site, path: string): string {
  if (NO_REALM.test(words)) return noRealm(site.realm);
  if (/organizations not enabled/i.test(words)) {
    return `: take the setting organizations away, or enable them in the realm, run: ${organizationsCommand(site)}`;
  }
  if (path.startsWith('/organizations')) {
    return ': this Keycloak has no organizations, which came with 26: name its domains under domains';
  }
  return ': this Keycloak does not know what was asked, is it older than 24, or is anything between it and idpmap that changes questions?';
}

/** Only Keycloak's own words count: a proxy that blocks questions has not looked whether somebody is there. */
const isBlocked = ({ text }: Reply): boolean =>
  text.trim() === '{"error":"Blocking invalid query parameter value"}';

/** What to do where there is no such role. */
export const oldRole = (role: string): string =>
  role === 'view-organizations'
    ? '; a Keycloak that has no such role is too old to show organizations to a client that may only look: name its domains under domains'
    : '';

/** The role that a path needs. */
function roleFor(path: string): string {
  if (path.startsWith('/organizations')) return 'view-organizations';
  if (path.startsWith('/components')) return 'view-realm';
  return path.startsWith('/admin-events') || path.startsWith('/events')
    ? 'view-events'
    : 'view-users';
}

const NO_REALM = /realm (?:does not exist|not found)/i;

const noRealm = (realm: string): string =>
  `: there is no realm ${realm}, check its name, case counts`;

/** What a 404 to the request for a token says: that Keycloak is not below the URL, or that the realm isn't there. */
export function elsewhere(reply: Reply, { url, realm }: Site): string {
  if (NO_REALM.test(reply.text)) return noRealm(realm);
  const hint = new URL(url).pathname.endsWith('/auth') ? 'without /auth' : 'with /auth';
  return `: Keycloak's paths do not begin at ${url}, try url ${hint} at its end; or check realm ${realm}`;
}
