import { Fault } from '../../directory.ts';
import type { Exchange } from '../http/exchange.ts';
import { Refused, TooLong, Transient } from '../http/faults.ts';
import type { Gate } from '../http/gate.ts';
import { elsewhere, ownWordsOf, parseJson, type Reply, wordsOf } from '../http/replies.ts';
import type { Site } from '../http/site.ts';
import type { KeycloakSettings } from '../settings.ts';
import { tokenForm } from './login.ts';
import type { Token } from './token.ts';

/** Creates what asks Keycloak for a token, by the settings' way to log in. */
export const createTokenFetch =
  (settings: KeycloakSettings, site: Site, exchange: Exchange, gate: Gate) =>
  async (signal: AbortSignal): Promise<Token> => {
    const body = await tokenForm(settings, site);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    };
    const reply = await whole(exchange(site.tokenPath, { method: 'POST', headers, body }, signal));
    if (reply.status !== 200) throw gate.judge(refusal(reply, settings, site));
    return readToken(parseToken(reply, site), site);
  };

/** Without a token nothing is asked, whatever strangers ask for: what is too long is no doubt about one key. */
const whole = (reply: Promise<Reply>): Promise<Reply> =>
  reply.catch((error: unknown) => {
    throw error instanceof TooLong
      ? new Fault('directory', error.message, { cause: error })
      : error;
  });

/** What is no JSON is neither. */
function parseToken(reply: Reply, site: Site): unknown {
  try {
    return parseJson(reply, site, 'the request for a token');
  } catch (error) {
    throw error instanceof Refused
      ? new Fault('directory', error.message, { cause: error })
      : error;
  }
}

/** The status counts, not the error's name: a wrong secret is no `invalid_client` in Keycloak 26.7. */
function refusal(reply: Reply, settings: KeycloakSettings, site: Site): Fault {
  const { url, realm, clientId } = site;
  const { status } = reply;
  const said = `${url} gives ${clientId} no token in realm ${realm}: ${status} (${wordsOf(reply)})`;
  if (status === 404 || status === 405) {
    return new Fault('directory', said + elsewhere(reply, site));
  }
  if (status >= 400 && status < 500 && ownWordsOf(reply) === undefined) {
    return new Fault(
      'directory',
      `${said}: a proxy before Keycloak does not let ${site.tokenPath} through: have it do so for idpmap, or set url to the address of Keycloak behind it`,
    );
  }
  if (status === 403) return new Fault('directory', `${said}, is the realm enabled?`);
  if (status === 400 || status === 401) {
    return new Fault(
      'directory',
      `${said}, check ${wayOf(settings)}, and in Keycloak that the client is enabled, confidential, and has its service account (serviceAccountsEnabled)`,
    );
  }
  if (status >= 500) return new Transient('directory', said);
  return new Fault('directory', `${said}, is url that of Keycloak? redirects are not followed`);
}

/** The setting by which the client shows that it is the one. */
function wayOf(settings: KeycloakSettings): string {
  if (settings.clientSecret !== undefined) return 'clientId and clientSecret';
  if (settings.privateKey !== undefined) {
    return 'clientId, privateKey, both clocks, and that url is the address by which Keycloak knows itself';
  }
  if (settings.serviceAccountToken !== undefined) {
    return "serviceAccountToken: its audience is the realm's issuer, its subject the client's";
  }
  return "clientId and tls.cert: its subject is the client's";
}

/** Renewing a token that lives for less would keep Keycloak busy, and us. */
const LEAST_S = 5;

function readToken(content: unknown, { url, clientId }: Site): Token {
  if (typeof content === 'object' && content !== null) {
    const { access_token: text, expires_in: seconds }: TokenReply = content;
    if (
      typeof text === 'string' &&
      TOKEN.test(text) &&
      typeof seconds === 'number' &&
      seconds > 0
    ) {
      if (seconds >= LEAST_S) return { text, lifeMs: seconds * 1000 };
      throw new Fault(
        'directory',
        `${url} gives a token that lives for ${seconds} s, which is too short to be asked for again and again: set the access token lifespan of ${clientId} to 900 s`,
      );
    }
  }
  throw new Fault(
    'directory',
    `${url} answers the request for a token without one, is it Keycloak?`,
  );
}

/** What may stand in a header (RFC 6750). */
const TOKEN = /^[\w.~+/=-]+$/;

interface TokenReply {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
}
