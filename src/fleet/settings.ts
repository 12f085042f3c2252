import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { RedisOptions } from 'ioredis';
import type { DeepReadonly } from '../config/schema.ts';
import type { FleetSection } from '../config/settings/fleet.ts';
import type { Secret } from '../config/sources/secret.ts';
import { readTlsFiles } from '../directory/tls.ts';
import { reasonOf } from '../reason.ts';
import { readKey } from './seal.ts';

/** The section `fleet` of a configuration. */
export type FleetSettings = DeepReadonly<FleetSection>;

/** Where and as whom the engine is reached. */
export type Connection = Pick<
  RedisOptions,
  'host' | 'port' | 'path' | 'username' | 'password' | 'tls'
>;

/**
 * Reads what one connection needs: password and certificates may be others than they were.
 * @throws {Error} that names the file or variable which can't be read
 */
export async function readConnection({
  url,
  user,
  password,
  tls,
}: FleetSettings): Promise<Connection> {
  const login = {
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password: await password.read() }),
  };
  if (url.kind === 'unix') return { path: url.path, ...login };
  const { host, port, secure } = url;
  if (!secure) return { host, port, ...login };
  const files = await readTlsFiles(tls);
  const name = tls.serverName ?? host;
  // An address is no name for SNI; Node compares the certificate with it all the same.
  const servername = isIP(name) === 0 ? { servername: name } : {};
  return { host, port, ...login, tls: { ...files, ...servername } };
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
