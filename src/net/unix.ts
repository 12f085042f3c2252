import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type BigIntStats } from 'node:fs';
import { chmod, lchown, lstat, readFile, rename, rm, stat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { Log } from '../log.ts';
import { codeOf, reasonOf } from '../reason.ts';
import { BACKLOG, type Binding, type BindOptions, IN_USE, probe } from './binding.ts';
import {
  type Endpoint,
  formatEndpoint,
  MAX_UNIX_PATH_BYTES,
  type UnixEndpoint,
} from './endpoint.ts';
import { EndpointError } from './errors.ts';
import { findUnsafe } from './place.ts';

const DEFAULT_MODE = 0o660;
const GROUPS = '/etc/group';

/**
 * Listens at a Unix socket: bound aside, given its group and mode, and renamed into place by `publish`, over a stale file
 * or over a live one that is taken over or replaced. It is withdrawn only while the file is still ours. Who may write to the
 * directory may put a link there at any moment: none is ever followed.
 * @throws {EndpointError} where somebody answers there, the path is taken by something else, or a right is missing
 */
export async function bindUnix(
  server: Server,
  endpoint: UnixEndpoint,
  options: BindOptions,
): Promise<Binding> {
  const { path, mode = DEFAULT_MODE } = endpoint;
  await checkPlace(endpoint, options);
  const group = await findGroup(endpoint);
  const aside = nameAside(endpoint);
  await clearAside(endpoint, aside);
  try {
    await listenAs(server, aside, mode);
    if (group !== undefined) await giveTo(endpoint, aside, group);
    const ours = await lstat(aside, { bigint: true });
    return {
      endpoint,
      publish: async () => {
        // Time has gone by, and somebody else may have come.
        await checkPlace(endpoint, options);
        await rename(aside, path).catch((error: unknown) => {
          throw explain(endpoint, error);
        });
      },
      withdraw: () => remove(endpoint, ours, options.log),
    };
  } catch (error) {
    server.close();
    await rm(aside, { force: true });
    throw error instanceof EndpointError ? error : explain(endpoint, error);
  }
}

const ALL = 0o777;

/** Made with its mode: to change it afterwards would change that of whatever lies there by then. */
async function listenAs(server: Server, path: string, mode: number): Promise<void> {
  const options = { path, backlog: BACKLOG };
  if (isMainThread) {
    // It is the whole process's, and is bound within this turn.
    const before = process.umask(ALL & ~mode);
    try {
      server.listen(options);
    } finally {
      process.umask(before);
    }
    await once(server, 'listening');
  } else {
    server.listen(options);
    await once(server, 'listening');
    // A thread can't set it, and is nobody's daemon.
    if ((await lstat(path)).isSocket()) await chmod(path, mode);
  }
}

async function checkPlace(
  endpoint: UnixEndpoint,
  { takeover, replaces = [] }: BindOptions,
): Promise<void> {
  // Asked first: bind reports a missing directory as EACCES (libuv).
  await stat(`${dirname(endpoint.path)}/`).catch((error: unknown) => {
    throw explain(endpoint, error);
  });
  const unsafe = await findUnsafe(dirname(endpoint.path)).catch((error: unknown) => {
    throw explain(endpoint, error);
  });
  if (unsafe !== undefined) {
    const reason = `is not safe: anybody may write to ${unsafe}, and answer in its place: chmod o-w ${unsafe}, or choose a directory of its own`;
    throw new EndpointError(endpoint, reason);
  }
  const found = await lstat(endpoint.path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw explain(endpoint, error);
  });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new EndpointError(endpoint, 'is there, but no socket: remove it, or choose another path');
  if (takeover === 'yes' || (await isReplaced(endpoint, replaces))) return;
  const state = await probe(endpoint);
  if (state === 'live') throw new EndpointError(endpoint, IN_USE);
  if (state === 'EACCES') {
    const reason =
      'belongs to somebody else, who may be answering there: remove it, or run as its owner';
    throw new EndpointError(endpoint, reason);
  }
}

/** By the file, whatever its path is spelled like. */
async function isReplaced({ path }: UnixEndpoint, replaces: readonly Endpoint[]): Promise<boolean> {
  const paths = replaces.flatMap((each) => (each.kind === 'unix' ? [each.path] : []));
  const [there, ...files] = await Promise.all([path, ...paths].map(statOf));
  return files.some((file) => isSame(file, there));
}

const statOf = (path: string): Promise<BigIntStats | undefined> =>
  lstat(path, { bigint: true }).catch(() => undefined);

const isSame = (one: BigIntStats | undefined, other: BigIntStats | undefined): boolean =>
  one !== undefined && one.dev === other?.dev && one.ino === other.ino;

async function findGroup(endpoint: UnixEndpoint): Promise<number | undefined> {
  const { group } = endpoint;
  if (group === undefined) return undefined;
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile(GROUPS, 'utf8').catch(() => '')).split('\n');
  const [, , number] = lines.map((line) => line.split(':')).find(([name]) => name === group) ?? [];
  if (number !== undefined) return Number(number);
  const reason = `cannot be given to the group "${group}": ${GROUPS} does not know it, write a number or another name`;
  throw new EndpointError(endpoint, reason);
}

/** In the same directory, for a rename does not leave a file system; a short name where the path is nearly too long. */
function nameAside(endpoint: UnixEndpoint): string {
  const directory = dirname(endpoint.path);
  const name = `${basename(endpoint.path)}.${process.pid}`;
  const names = [name, createHash('sha256').update(name).digest('base64url').slice(0, 6)];
  const aside = names
    .map((each) => join(directory, `.${each}`))
    .find((path) => Buffer.byteLength(path) <= MAX_UNIX_PATH_BYTES);
  if (aside !== undefined) return aside;
  const reason = `has a path too long to be bound aside first: choose a shorter directory`;
  throw new EndpointError(endpoint, reason);
}

/** What a process of the same number left, killed at this very moment, goes; a live one is somebody's. */
async function clearAside(endpoint: UnixEndpoint, aside: string): Promise<void> {
  if ((await probe({ kind: 'unix', path: aside })) === 'live') {
    const reason = `is being opened already: give each endpoint of "listen", "http" and "control" a path of its own, or wait until another idpmap has started`;
    throw new EndpointError(endpoint, reason);
  }
  await rm(aside, { force: true });
}

async function giveTo(endpoint: UnixEndpoint, aside: string, group: number): Promise<void> {
  try {
    await lchown(aside, -1, group);
  } catch (error) {
    const reason = `cannot be given to the group ${endpoint.group} (${reasonOf(error)}): run as root, or join the group`;
    throw new EndpointError(endpoint, reason, { cause: error });
  }
}

function explain(endpoint: UnixEndpoint, error: unknown): EndpointError {
  const directory = dirname(endpoint.path);
  const remedies: Readonly<Record<string, string>> = {
    ENOENT: `the directory ${directory} does not exist, create it`,
    ENOTDIR: `${directory} is no directory, choose another path`,
    EACCES: `user ${process.getuid?.()} may not write to ${directory}, change its owner or its mode`,
    EROFS: `${directory} is read-only, mount it writable or choose another path`,
  };
  const remedy = remedies[codeOf(error)] ?? 'choose another path';
  const reason = `cannot be listened at (${reasonOf(error)}): ${remedy}`;
  return new EndpointError(endpoint, reason, { cause: error });
}

/** A process that took the path over has renamed its own file over ours. One that still stands aside goes with its server. */
async function remove(endpoint: UnixEndpoint, ours: BigIntStats, log: Log): Promise<void> {
  try {
    if (isSame(await statOf(endpoint.path), ours)) await rm(endpoint.path, { force: true });
  } catch (error) {
    log.warn(
      { err: error, listener: formatEndpoint(endpoint) },
      'its socket file could not be removed: nobody answers there, and the next start replaces it once its directory may be written',
    );
  }
}
