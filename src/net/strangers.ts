import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Endpoint, TcpEndpoint } from './endpoint.ts';
import { type Listening, listListening, plainAddress } from './owner.ts';

/** Whoever listens where a TCP endpoint is to be, and is none of those that it replaces. */
export interface Strangers {
  /** Whether there is anybody. */
  readonly areThere: boolean;
  /** One of their sockets; absent where the system does not tell. */
  readonly socket?: Listening;
}

/**
 * Looks for them. `isLive` says whether somebody answers at the endpoint; at an address of all addresses that is not
 * enough, for who listens at one of them answers at that one only.
 */
export async function findStrangers(
  endpoint: TcpEndpoint,
  replaces: readonly Endpoint[],
  isLive: boolean,
): Promise<Strangers> {
  const address = await resolve(endpoint.host);
  if (!isLive && !ANY.includes(address)) return { areThere: false };
  const replaced = await addressesOf(replaces, endpoint.port);
  const met = (await listListening(endpoint.port)).filter((each) => meets(address, each.address));
  if (met.length === 0)
    return { areThere: isLive && !replaced.some((each) => meets(address, each)) };
  const socket = met.find((each) =>
    isLive
      ? !each.isOurs || !replaced.includes(each.address)
      : // What is silent at [::] takes no IPv4.
        !each.isOurs && (each.address !== '::' || address === '::'),
  );
  return socket === undefined ? { areThere: false } : { areThere: true, socket };
}

/** Finds a socket that keeps an endpoint from being listened at, a stranger's if there is one. */
export async function findHolder(endpoint: TcpEndpoint): Promise<Listening | undefined> {
  const address = await resolve(endpoint.host);
  const met = (await listListening(endpoint.port)).filter((each) => meets(address, each.address));
  return met.find(({ isOurs }) => !isOurs) ?? met[0];
}

const ANY = ['0.0.0.0', '::'];

/** Whether sockets at both could get the same connection. `[::]` takes IPv4, unless it was told not to. */
function meets(one: string, other: string): boolean {
  if (one === other || one === '::' || other === '::') return true;
  return isIPv4(one) && isIPv4(other) && (ANY.includes(one) || ANY.includes(other));
}

async function addressesOf(
  endpoints: readonly Endpoint[],
  port: number,
): Promise<readonly string[]> {
  const hosts = endpoints.flatMap((each) =>
    each.kind === 'tcp' && each.port === port ? [each.host] : [],
  );
  const addresses = await Promise.all(hosts.map(resolve));
  // A kernel without IPv6 gave it the other one.
  return addresses.includes('::') ? [...addresses, '0.0.0.0'] : addresses;
}

/** As `listen` does; a name that has no address is told by that. */
async function resolve(host: string): Promise<string> {
  const { address } = await lookup(host).catch(() => ({ address: host }));
  return plainAddress(address);
}
