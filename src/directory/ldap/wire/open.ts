import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BindRequest, ExtendedRequest } from 'ldapts';
import { lookupHost } from '../../../net/lookup.ts';
import { reasonOf } from '../../../reason.ts';
import { noteCertificates } from '../../certificates.ts';
import { Fault } from '../../directory.ts';
import { type ClientTls, readTlsFiles, type TlsFiles } from '../../tls.ts';
import { formatLdapUrl, type LdapEndpoint } from '../settings/endpoint.ts';
import { Connection } from './connection.ts';
import type { Pace } from './pace.ts';
import { wrapInTls } from './tls.ts';

/** What a connection is opened with. */
export interface OpenOptions {
  readonly startTls: boolean;
  readonly tls: ClientTls;
  /** Who idpmap is; the password has been read for this connection. */
  readonly login: Login;
  readonly pace: Pace;
  /** Where the certificates' ends are noted. */
  readonly figures: Record<string, number>;
}

/** As whom idpmap logs in. */
export type Login =
  | { readonly dn: string; readonly password: string }
  | { readonly sasl: 'external' }
  | 'anonymous';

/** The server refused the login. Trying it again may lock the account. */
export class Refused extends Fault {
  constructor(reason: string) {
    super('directory', reason);
    this.name = 'Refused';
  }
}

/** RFC 4511, 4.14.1. */
const START_TLS = '1.3.6.1.4.1.1466.20037';
/** A dead peer is found so long after it went silent, in ms. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Connects, secures the connection and binds, all before `signal` aborts. Nothing is searched before the bind is
 * answered: 389-DS answers a search that overtakes it with success and no entries.
 * @throws {Fault} that names the server; `Refused` where it refuses the login
 */
export async function openConnection(
  endpoint: LdapEndpoint,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const url = formatLdapUrl(endpoint);
  let opened: { readonly destroy: () => void } | undefined;
  const hold = (socket: Socket): Socket => {
    opened = socket;
    return socket;
  };
  const giveUp = (): void => opened?.destroy();
  signal.addEventListener('abort', giveUp);
  try {
    // First of all: whoever waits for a file while a socket is open may miss its end.
    const files = await readTlsFiles(options.tls);
    signal.throwIfAborted();
    const socket = await connectTo(endpoint, hold);
    const connection = await secure(socket, endpoint, { ...options, files }, signal);
    await bind(connection, options.login, signal);
    return connection;
  } catch (error) {
    giveUp();
    if (signal.aborted) throw new Fault('timeout', `${url} did not answer in time`);
    if (error instanceof Refused) throw error;
    const reason = reasonOf(error);
    throw new Fault('directory', reason.startsWith(url) ? reason : `${url}: ${reason}`, {
      cause: error,
    });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function connectTo(
  endpoint: LdapEndpoint,
  hold: (socket: Socket) => Socket,
): Promise<Socket> {
  const socket = hold(
    endpoint.kind === 'unix'
      ? connect({ path: endpoint.path })
      : connect({
          host: endpoint.host,
          port: endpoint.port,
          noDelay: true,
          keepAlive: true,
          keepAliveInitialDelay: KEEP_ALIVE_MS,
          lookup: lookupHost,
        }),
  );
  await connected(socket);
  return socket;
}

/** `once` of an event rejects on 'error', but waits for ever on a socket that `destroy` closes without one. */
async function connected(socket: Socket): Promise<void> {
  const closed = new AbortController();
  const close = (): void => closed.abort();
  socket.once('close', close);
  try {
    await once(socket, 'connect', { signal: closed.signal });
  } finally {
    socket.off('close', close);
    // Nobody listens until the connection does; an error in between closes the socket, which is seen then.
    socket.on('error', () => {});
  }
}

async function secure(
  socket: Socket,
  endpoint: LdapEndpoint,
  { startTls, tls, files, pace, figures }: OpenOptions & { readonly files: TlsFiles },
  signal: AbortSignal,
): Promise<Connection> {
  const url = formatLdapUrl(endpoint);
  if (endpoint.kind === 'unix') return new Connection(socket, url, pace);
  if (!endpoint.secure && !startTls) return new Connection(socket, url, pace);
  const wrap = async (plain: Socket): Promise<Socket> => {
    const secured = await wrapInTls(plain, endpoint.host, files, tls.serverName);
    noteCertificates(figures, secured, files.cert);
    return secured;
  };
  if (endpoint.secure) return new Connection(await wrap(socket), url, pace);
  const connection = new Connection(socket, url, pace);
  const { code, diagnostic } = await connection.request(
    (messageId) => new ExtendedRequest({ messageId, oid: START_TLS }),
    signal,
  );
  if (code !== 0) throw new Error(`StartTLS was refused with code ${code} ${diagnostic}`.trim());
  await connection.upgrade(wrap);
  return connection;
}

async function bind(connection: Connection, login: Login, signal: AbortSignal): Promise<void> {
  if (login === 'anonymous') return;
  const { code, diagnostic } = await connection.request((messageId) => {
    if ('sasl' in login) return new BindRequest({ messageId, mechanism: 'EXTERNAL' });
    return new BindRequest({ messageId, dn: login.dn, password: login.password });
  }, signal);
  if (code !== 0) throw refusalOf(connection.server, code, diagnostic, login);
}

/** What the likeliest refusals mean, by result code. */
const REFUSALS: Readonly<Record<number, string>> = {
  7: 'this way to log in is not supported',
  8: 'it demands TLS for a password: use ldaps:// or startTls',
  13: 'it demands TLS for a password: use ldaps:// or startTls',
  19: 'the account is locked, or its password must be changed',
  34: 'bind.dn is no distinguished name',
  48: 'this way to log in is not allowed for this account',
  49: 'the name or the password is wrong',
  53: 'it is unwilling',
};

/** Codes with which the password itself was judged, so that the same one is not to be sent again soon. */
const JUDGED = new Set([19, 48, 49, 53]);

function refusalOf(
  server: string,
  code: number,
  diagnostic: string,
  login: Exclude<Login, 'anonymous'>,
): Fault {
  const who = 'dn' in login ? login.dn : 'SASL EXTERNAL';
  const meaning = REFUSALS[code] ?? `code ${code}`;
  const words = diagnostic === '' ? '' : ` (${diagnostic})`;
  const reason = `${server} refuses ${who}: ${meaning}${words}`;
  return JUDGED.has(code) ? new Refused(reason) : new Fault('directory', reason);
}
