import { once } from 'node:events';
import type { Server } from 'node:net';
import { codeOf, reasonOf } from '../reason.ts';
import { BACKLOG, type Binding, type BindOptions, IN_USE, probe } from './binding.ts';
import type { Endpoint, TcpEndpoint } from './endpoint.ts';
import { EndpointError } from './errors.ts';
import { findOwner, type Listening } from './owner.ts';
import { findHolder, findStrangers } from './strangers.ts';

/** Systems on which libuv sets `SO_REUSEPORT`; elsewhere it is an error. */
const REUSES_PORTS = ['linux', 'freebsd', 'dragonfly', 'aix', 'sunos'].includes(process.platform);

/**
 * Listens at a TCP endpoint, so that a later process may take it over.
 * @throws {EndpointError} where somebody else answers there, with his name, or the system refuses
 */
export async function bindTcp(
  server: Server,
  endpoint: TcpEndpoint,
  { takeover, replaces = [] }: BindOptions,
): Promise<Binding> {
  if (takeover === undefined && endpoint.port !== 0) await refuseStrangers(endpoint, replaces);
  try {
    await listenAt(server, endpoint);
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE'
      ? await inUse(endpoint, await findHolder(endpoint))
      : explain(endpoint, error);
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

/** Ports are shared for take-overs: the system would let us listen beside another idpmap of this user. */
async function refuseStrangers(
  endpoint: TcpEndpoint,
  replaces: readonly Endpoint[],
): Promise<void> {
  const isLive = (await probe(endpoint)) === 'live';
  const { areThere, socket } = await findStrangers(endpoint, replaces, isLive);
  if (areThere) throw await inUse(endpoint, socket);
}

async function inUse(endpoint: TcpEndpoint, by: Listening | undefined): Promise<EndpointError> {
  const owner = by === undefined ? undefined : await findOwner(by);
  if (owner === undefined) return new EndpointError(endpoint, IN_USE);
  const { pid, command } = owner;
  const remedy = ['node', 'idpmap'].includes(command)
    ? 'stop it, choose another port, or, if it is an idpmap, start with --takeover'
    : 'choose another port';
  return new EndpointError(endpoint, `is in use by pid ${pid} (${command}): ${remedy}`);
}

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
