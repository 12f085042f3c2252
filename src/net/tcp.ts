import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { reasonOf } from '../reason.ts';
import type { Endpoint, TcpEndpoint } from './endpoint.ts';
import { codeOf, EndpointError } from './errors.ts';
import { findOwner } from './owner.ts';

/** Postfix opens hundreds of connections at once; Linux cuts it to `net.core.somaxconn`. */
export const BACKLOG = 1024;

/** Whether an endpoint that is in use is an error (absent), or taken over. */
export type Takeover = 'yes' | undefined;

/** Where a server listens in the end. */
export interface Binding {
  readonly endpoint: Endpoint;
  /** Puts a Unix socket into its place, over who was there; over TCP it is there as soon as it is bound. */
  publish(): Promise<void>;
  /** Withdraws from there, before the server stops accepting; who was there before `publish` stays. */
  withdraw(): Promise<void>;
}

/** Systems on which libuv sets `SO_REUSEPORT`; elsewhere it is an error. */
const REUSES_PORTS = ['linux', 'freebsd', 'dragonfly', 'aix', 'sunos'].includes(process.platform);

/**
 * Listens at a TCP endpoint, so that a later process may take it over.
 * @throws {EndpointError} where somebody else answers there, with his name, or the system refuses
 */
export async function bindTcp(
  server: Server,
  endpoint: TcpEndpoint,
  takeover: Takeover,
): Promise<Binding> {
  if (takeover === undefined && endpoint.port !== 0 && (await probe(endpoint)) === 'live')
    throw await inUse(endpoint);
  try {
    await listenAt(server, endpoint);
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? await inUse(endpoint) : explain(endpoint, error);
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : endpoint.port;
  return { endpoint: { ...endpoint, port }, publish: async () => {}, withdraw: async () => {} };
}

/** `[::]` means every address of this machine, of both families; a kernel without IPv6 has the others still. */
async function listenAt(server: Server, { host, port }: TcpEndpoint): Promise<void> {
  try {
    server.listen({ host, port, backlog: BACKLOG, reusePort: REUSES_PORTS });
    await once(server, 'listening');
  } catch (error) {
    if (host !== '::' || codeOf(error) !== 'EAFNOSUPPORT') throw error;
    await listenAt(server, { kind: 'tcp', host: '0.0.0.0', port });
  }
}

async function inUse(endpoint: TcpEndpoint): Promise<EndpointError> {
  const owner = await findOwner(endpoint);
  if (owner === undefined) return new EndpointError(endpoint, IN_USE);
  const { pid, command } = owner;
  const remedy = ['node', 'idpmap'].includes(command)
    ? 'stop it, choose another port, or, if it is an idpmap, start with --takeover'
    : 'choose another port';
  return new EndpointError(endpoint, `is in use by pid ${pid} (${command}): ${remedy}`);
}

/** The end of a message about an endpoint at which somebody else answers. */
export const IN_USE =
  'is in use: a server answers there (another idpmap? stop it, or start with --takeover)';

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'choose a port above 1023, or give the process CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'this machine has no such address, choose one that "ip address" lists',
  ENOTFOUND: 'the host name is unknown, write an IP address',
};

function explain(endpoint: TcpEndpoint, error: unknown): EndpointError {
  const remedy = REMEDIES[codeOf(error)] ?? 'choose another endpoint';
  const reason = `cannot be listened at (${reasonOf(error)}): ${remedy}`;
  return new EndpointError(endpoint, reason, { cause: error });
}

const PROBE_MS = 1000;

/** Asks whether somebody accepts connections there: `live`, or the code of the error that says no. */
export async function probe(endpoint: Endpoint): Promise<string> {
  const to =
    endpoint.kind === 'unix'
      ? { path: endpoint.path }
      : { host: endpoint.host, port: endpoint.port };
  const socket = connect(to);
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), PROBE_MS);
  try {
    await once(socket, 'connect');
    return 'live';
  } catch (error) {
    // A full backlog: somebody is there, and busy.
    return codeOf(error) === 'EAGAIN' ? 'live' : codeOf(error);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
