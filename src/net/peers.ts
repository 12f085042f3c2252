import { BlockList, isIP, type Socket } from 'node:net';
import { reasonOf } from '../reason.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError } from './errors.ts';
import { plainAddress } from './owner.ts';

/** Who is at the other end. */
export interface Peer {
  /** For the log. */
  readonly name: string;
  /** Whether it is on this machine, and may speak lines. */
  readonly isLocal: boolean;
}

/** Tells whether a peer's address may connect. */
export type AllowList = (address: string | undefined) => boolean;

/**
 * Creates the list of `cidrs` (`10.1.0.0/16`, `2001:db8::/32`, or one address). An IPv4 network also holds the IPv6
 * spelling of its addresses, which a listener at `[::]` sees.
 * @throws {SyntaxError} that says which of them is none
 */
export function createAllowList(cidrs: readonly string[]): AllowList {
  const list = new BlockList();
  for (const cidr of cidrs) addCidr(list, cidr);
  return (address) => address !== undefined && list.check(address, familyOf(address));
}

function addCidr(list: BlockList, cidr: string): void {
  const [, network = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(cidr) ?? [];
  const longest = isIP(network) === 6 ? 128 : 32;
  const length = prefix === undefined ? longest : Number(prefix);
  if (isIP(network) === 0 || length > longest)
    throw new SyntaxError(`"${cidr}" is no network, write 10.1.0.0/16 or 2001:db8::/32`);
  list.addSubnet(network, length, familyOf(network));
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Says who is at the other end of a connection accepted at `endpoint`. One that has left already has no address. */
export function describePeer({ remoteAddress = '', remotePort }: Socket, endpoint: Endpoint): Peer {
  if (endpoint.kind === 'unix') return { name: 'unix', isLocal: true };
  return { name: `${remoteAddress} port ${remotePort}`, isLocal: LOOPBACK.test(remoteAddress) };
}

/**
 * The network that a peer's address counts for: an IPv4 address itself, of an IPv6 one the first half, for that is what a
 * single host is given. `unix` where there is none.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined || address === '') return 'unix';
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head, tail] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const words = [...(head ?? []), ...(tail ?? [])];
  // What "::" stands for.
  const zeros = Array.from({ length: 8 - words.length }, () => '0');
  return `${words
    .toSpliced(head?.length ?? 0, 0, ...zeros)
    .slice(0, 4)
    .join(':')}::/64`;
}

const LOOPBACK = /^(?:::1|(?:::ffff:)?127\..*)$/;

/**
 * Creates the list of an endpoint.
 * @throws {EndpointError} where a network can't be read
 */
export function readAllowList(allow: readonly string[], endpoint: Endpoint): AllowList {
  try {
    return createAllowList(allow);
  } catch (error) {
    throw new EndpointError(endpoint, `allows nobody: ${reasonOf(error)}`, { cause: error });
  }
}
