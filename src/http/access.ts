import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { MIN_TOKEN_LENGTH } from '../config/settings/http.ts';
import type { Log } from '../log.ts';
import { type Endpoint, isLocal } from '../net/endpoint.ts';
import { networkOf } from '../net/peers.ts';
import { reasonOf } from '../reason.ts';
import type { Settings } from '../settings.ts';
import type { HttpFigures } from './figures.ts';
import { createGuesses } from './guesses.ts';
import { createWarning } from './warning.ts';

/** Who may ask for what: run before a request is read. Each answers a request that it refuses, and says why. */
export interface Access {
  /** Every request: its method, and the name by which it came. */
  readonly everything: Check;
  /** Figures: open on this machine, elsewhere for whoever has the token, or for all where the settings say so. */
  readonly figures: Check;
  /** Whatever shows or takes an address: for whoever has the token. */
  readonly people: Check;
}

type Check = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** What it goes by. */
export interface AccessOptions {
  readonly endpoint: Endpoint;
  /** The settings of the time: a reload may bring others. */
  readonly settings: () => Settings['http'];
  /** Counts tokens that are wrong. */
  readonly figures: HttpFigures;
  readonly clock: Clock;
  readonly log: Log;
}

export const METHODS = ['GET', 'POST'];

/** What a page of ours may load: its own files, and nothing that somebody wrote into it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Creates the access to an HTTP server at `endpoint`. */
export function createAccess({ endpoint, settings, figures, clock, log }: AccessOptions): Access {
  const guesses = createGuesses(clock);
  const warn = createWarning(log, clock);
  const people: Check = async (request, reply) => {
    const { token } = settings();
    if (token === undefined)
      return refuse(reply, 403, 'this needs a token, configure one as http.token: { file: PATH }');
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) return challenge(reply, 'is missing');
    const network = networkOf(request.socket.remoteAddress);
    const seconds = Math.ceil(guesses.wait(network) / 1000);
    if (seconds > 0) {
      figures.tokens.slowed += 1;
      reply.header('retry-after', String(seconds));
      return refuse(reply, 429, `too many wrong tokens from here, try again in ${seconds} s`);
    }
    const expected = await token
      .read()
      .then(findFault)
      .catch((error: unknown) => ({ fault: reasonOf(error) }));
    if (typeof expected !== 'string')
      return refuse(reply, 503, `the token cannot be compared: ${expected.fault}`);
    if (isEqual(given, expected)) return guesses.right(network);
    guesses.wrong(network);
    figures.tokens.wrong += 1;
    warn({ network }, 'a wrong token was sent to http');
    challenge(reply, 'is wrong');
  };
  return {
    everything: async (request, reply) => {
      reply.headers(HEADERS);
      if (!METHODS.includes(request.method)) {
        reply.header('allow', METHODS.join(', '));
        refuse(reply, 405, `${request.method} is not served, send GET or POST`);
      } else if (!isOurs(request, endpoint, settings().hosts)) {
        refuse(reply, 421, 'no such host here, ask by localhost, or list the name in http.hosts');
      }
    },
    figures: async (request, reply) => {
      const isOpen = isLocal(endpoint) || settings().acknowledgeUnauthenticated;
      if (!isOpen) await people(request, reply);
    },
    people,
  };
}

/** Gives a token that nobody guesses, or says what is wrong with it. */
const findFault = (token: string): string | { readonly fault: string } =>
  token.length >= MIN_TOKEN_LENGTH
    ? token
    : {
        fault: `the configured one has ${token.length} characters and needs ${MIN_TOKEN_LENGTH}, such as openssl rand -hex 16 makes`,
      };

function challenge(reply: FastifyReply, what: string): void {
  reply.header('www-authenticate', 'Bearer');
  refuse(
    reply,
    401,
    `the token ${what}, send Authorization: Bearer TOKEN with what the file of http.token holds`,
  );
}

function refuse(reply: FastifyReply, status: number, error: string): void {
  reply.code(status).send({ error });
}

/** In a time that tells nothing of either; digests are of one length. */
const isEqual = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whether the request means this server. A page elsewhere whose name leads here (DNS rebinding) asks under its own name;
 * an address that we were reached at can't be such a name.
 */
function isOurs(request: FastifyRequest, endpoint: Endpoint, hosts: readonly string[]): boolean {
  if (endpoint.kind === 'unix') return true;
  const host = readHost(request.headers.host ?? '');
  const names = [endpoint.host.toLowerCase(), reachedAt(request), ...hosts];
  return isLocal({ kind: 'tcp', host, port: 0 }) || (host !== '' && names.includes(host));
}

/** The name without its port and, of an IPv6 address, its brackets; empty where it is none. */
function readHost(header: string): string {
  const { v6, name = v6 } =
    /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*))(?::\d+)?$/.exec(header)?.groups ?? {};
  return (name ?? '').toLowerCase();
}

/** The address that the peer connected to, as people write it. */
function reachedAt({ socket: { localAddress = '' } }: FastifyRequest): string {
  const mapped = localAddress.replace(/^::ffff:/, '');
  return isIPv4(mapped) ? mapped : localAddress;
}
