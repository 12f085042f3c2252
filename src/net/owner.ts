import { readdir, readFile, readlink } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { endianness } from 'node:os';
import { basename } from 'node:path';

/** A process that listens at an endpoint. */
export interface Owner {
  readonly pid: number;
  readonly command: string;
}

/** A socket that listens on this machine. */
export interface Listening {
  /** As the system writes it: `127.0.0.1`, `::1`. */
  readonly address: string;
  readonly inode: string;
  /** Whether this process holds it. */
  readonly isOurs: boolean;
}

/** Lists what listens at a port, whoever holds it; nothing where Linux's `/proc` does not tell us. */
export async function listListening(port: number): Promise<readonly Listening[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => read(`/proc/net/${name}`)));
  const rows = tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === LISTENS && portOf(local) === port);
  if (rows.length === 0) return [];
  const ours = new Set(await linksOf('self'));
  return rows.map(([, local = '', , , , , , , , inode = '']) => ({
    address: addressOf(local),
    inode,
    isOurs: ours.has(linkOf(inode)),
  }));
}

/** Finds who holds a socket; absent where we may not see it. */
export async function findOwner({ inode }: Listening): Promise<Owner | undefined> {
  const pids = (await list('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const links = await linksOf(pid);
    if (links.includes(linkOf(inode))) return { pid: Number(pid), command: await nameCommand(pid) };
  }
  return undefined;
}

const LISTENS = '0A';
const IS_LITTLE = endianness() === 'LE';

const linkOf = (inode: string): string => `socket:[${inode}]`;

/** `local` is `0100007F:238C`: the address in words of the machine's byte order, the port in hexadecimal. */
const portOf = (local: string): number => Number.parseInt(local.split(':')[1] ?? '', 16);

function addressOf(local: string): string {
  const words = local.split(':')[0]?.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const four = [...Buffer.from(word, 'hex')];
    return IS_LITTLE ? four.toReversed() : four;
  });
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((bytes[i * 2] ?? 0) * 256 + (bytes[i * 2 + 1] ?? 0)).toString(16),
  );
  return plainAddress(groups.join(':'));
}

/** Writes an address as the system does, and one that maps IPv4 (`::ffff:127.0.0.1`) as what it maps. */
export function plainAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const short = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const words = [high, low].map((word) => Number.parseInt(word, 16));
  return words.flatMap((word) => [word >> 8, word & 255]).join('.');
}

/** Node calls its main thread so; what it was started as says more. */
async function nameCommand(pid: string): Promise<string> {
  const name = (await read(`/proc/${pid}/comm`)).trim();
  if (name !== 'MainThread') return name;
  const [program = name] = (await read(`/proc/${pid}/cmdline`)).split('\0');
  return basename(program);
}

async function linksOf(pid: string): Promise<readonly string[]> {
  const files = await list(`/proc/${pid}/fd`);
  return Promise.all(files.map((fd) => link(`/proc/${pid}/fd/${fd}`)));
}

// Other users' processes can't be looked into, and processes end while we look.
const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);
const link = (path: string): Promise<string> => readlink(path).catch(() => '');
