import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TcpEndpoint } from './endpoint.ts';

/** A process that listens at an endpoint. */
export interface Owner {
  readonly pid: number;
  readonly command: string;
}

/** Finds who listens at a TCP endpoint; absent where Linux's `/proc` does not tell us. */
export async function findOwner({ host, port }: TcpEndpoint): Promise<Owner | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => read(`/proc/net/${name}`)));
  const inode = tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local = '', , state]) => state === LISTENS && isAt(local, host, port))?.[9];
  return inode === undefined ? undefined : findHolder(`socket:[${inode}]`);
}

const LISTENS = '0A';

/** `local` is `0100007F:238C`: the address in the machine's byte order, the port in hexadecimal. */
function isAt(local: string, host: string, port: number): boolean {
  const [address = '', itsPort = ''] = local.split(':');
  if (Number.parseInt(itsPort, 16) !== port) return false;
  const bytes = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host.split('.') : undefined;
  if (bytes === undefined || address.length > 8 || /^0+$/.test(address)) return true;
  const hexadecimal = bytes.toReversed().map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return address === hexadecimal.join('').toUpperCase();
}

async function findHolder(socket: string): Promise<Owner | undefined> {
  const pids = (await list('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const files = await list(`/proc/${pid}/fd`);
    const links = await Promise.all(files.map((fd) => link(`/proc/${pid}/fd/${fd}`)));
    if (links.includes(socket)) return { pid: Number(pid), command: await nameCommand(pid) };
  }
  return undefined;
}

/** Node calls its main thread so; what it was started as says more. */
async function nameCommand(pid: string): Promise<string> {
  const name = (await read(`/proc/${pid}/comm`)).trim();
  if (name !== 'MainThread') return name;
  const [program = name] = (await read(`/proc/${pid}/cmdline`)).split('\0');
  return basename(program);
}

// Other users' processes can't be looked into, and processes end while we look.
const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);
const link = (path: string): Promise<string> => readlink(path).catch(() => '');
