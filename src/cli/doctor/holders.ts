import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { probe } from '../../net/binding.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { findOwner, type Owner } from '../../net/owner.ts';
import { findHolder } from '../../net/strangers.ts';
import type { Holder } from './facts.ts';

/** The processes that hold the control socket of this configuration, two in a take-over; none that we may not see. */
export const findOurs = async (controlPath: string): Promise<ReadonlySet<number>> =>
  new Set((await findUnixOwners(controlPath)).map(({ pid }) => pid));

/** Says who answers at an endpoint. Whoever does not answer is nobody. */
export async function findHolderOf(endpoint: Endpoint, ours: ReadonlySet<number>): Promise<Holder> {
  if ((await probe(endpoint)) !== 'live') return 'nobody';
  const owners =
    endpoint.kind === 'unix'
      ? await findUnixOwners(endpoint.path)
      : await findHolder(endpoint).then(async (found) => {
          const owner = found === undefined ? undefined : await findOwner(found);
          return owner === undefined ? [] : [owner];
        });
  const [owner] = owners;
  if (owner === undefined) return 'other';
  return owners.some(({ pid }) => ours.has(pid)) ? 'us' : owner;
}

/** Those that listen at a socket file; idpmap binds its own beside it first, and that name is the one that stays known. */
async function findUnixOwners(path: string): Promise<readonly Owner[]> {
  const text = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  const aside = join(dirname(path), `.${basename(path)}.`);
  const owners = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , flags, , , , name = '']) => {
      const isAside = name.startsWith(aside) && /^\d+$/.test(name.slice(aside.length));
      return flags === LISTENS && (name === path || isAside);
    })
    .map(([, , , , , , inode = '']) => findOwner({ address: '', inode, isOurs: false }));
  return (await Promise.all(owners)).flatMap((owner) => owner ?? []);
}

/** `__SO_ACCEPTCON` */
const LISTENS = '00010000';
