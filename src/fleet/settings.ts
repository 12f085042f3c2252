import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { formatEngineUrl, type NodeUrl } from '../config/schema/engineurl.ts';
import type { DeepReadonly } from '../config/schema.ts';
import type { FleetSection } from '../config/settings/fleet.ts';
import type { Secret } from '../config/sources/secret.ts';
import { readTlsFiles, type TlsFiles } from '../directory/tls.ts';
import { reasonOf } from '../reason.ts';
import { readKey } from './seal.ts';

/** The section `fleet` of a configuration. */
export type FleetSettings = DeepReadonly<FleetSection>;

/** As whom somebody is reached, and how: read anew for each connection, for password and certificates may be others by then. */
export interface Access {
  readonly user?: string;
  readonly password?: string;
  /** Absent: without TLS. */
  readonly tls?: TlsFiles & { readonly servername?: string };
}

/** Where one engine, or one sentinel, listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Where and as whom the engine is reached. */
export type Connection =
  | { readonly kind: 'one'; readonly at: Address; readonly access: Access }
  | {
      readonly kind: 'sentinel';
      readonly primary: string;
      readonly sentinels: readonly Place[];
      readonly access: Access;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly NodeUrl[]; readonly access: Access };

/** One sentinel. */
export interface Place {
  /** As it is written. */
  readonly name: string;
  readonly at: Address;
  readonly access: Access;
}

/**
 * Reads what one connection needs.
 * @throws {Error} that names the file or variable which can't be read
 */
export async function readConnection(settings: FleetSettings): Promise<Connection> {
  const { url, sentinel, cluster, tls } = settings;
  if (sentinel !== undefined) {
    const [{ secure } = { secure: false }] = sentinel.urls;
    const access = await readAccess(settings, tls, secure);
    const theirs = await readAccess(sentinel, sentinel.tls ?? tls, secure);
    const sentinels = sentinel.urls.map((each) => ({
      name: formatEngineUrl(each),
      at: { host: each.host, port: each.port },
      access: named(theirs, each.host),
    }));
    return { kind: 'sentinel', primary: sentinel.primary, sentinels, access };
  }
  if (cluster !== undefined) {
    const [{ secure } = { secure: false }] = cluster.urls;
    const access = await readAccess(settings, tls, secure);
    return { kind: 'cluster', nodes: cluster.urls, access };
  }
  if (url === undefined) throw new Error('fleet names no engine');
  if (url.kind === 'unix') {
    return { kind: 'one', at: { path: url.path }, access: await readAccess(settings, tls, false) };
  }
  const access = await readAccess(settings, tls, url.secure);
  return { kind: 'one', at: { host: url.host, port: url.port }, access: named(access, url.host) };
}

async function readAccess(
  login: Pick<FleetSettings, 'user' | 'password'>,
  tls: FleetSettings['tls'],
  isSecure: boolean,
): Promise<Access> {
  const { user, password } = login;
  const files = isSecure ? await readTlsFiles(tls) : undefined;
  return {
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password: await password.read() }),
    ...(files !== undefined && {
      tls: { ...files, ...(tls.serverName !== undefined && { servername: tls.serverName }) },
    }),
  };
}

/** Asks for a name by SNI. An address is none; Node compares the certificate with it all the same. */
export const named = (access: Access, host: string): Access =>
  access.tls === undefined || access.tls.servername !== undefined || isIP(host) !== 0
    ? access
    : { ...access, tls: { ...access.tls, servername: host } };

/** Where the engine is, as it is written: for people. */
export function describePlace({ url, sentinel, cluster }: FleetSettings): string {
  if (sentinel !== undefined)
    return `${sentinel.primary} of ${sentinel.urls.map(formatEngineUrl).join(', ')}`;
  if (cluster !== undefined) return cluster.urls.map(formatEngineUrl).join(', ');
  return url === undefined ? 'no engine' : formatEngineUrl(url);
}

/**
 * Reads the keys, the one that closes first.
 * @throws {Error} that says which one is none, and how one is made
 */
export async function readKeys({ key, otherKey }: FleetSettings): Promise<[Buffer, ...Buffer[]]> {
  const first = await readOne('fleet.key', key);
  return otherKey === undefined ? [first] : [first, await readOne('fleet.otherKey', otherKey)];
}

async function readOne(name: string, key: Secret): Promise<Buffer> {
  try {
    return readKey(await key.read());
  } catch (error) {
    throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** How this daemon is called among the others: a Pod's name, a machine's. */
export const ownName = (): string => hostname().slice(0, 63);
