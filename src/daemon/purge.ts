import { foldAddress, normaliseAddress, parseDomain } from '../address/address.ts';
import type { Purge } from '../control/protocol.ts';
import type { Entry } from '../directory/directory.ts';
import type { IsConcerned } from '../lookup/memory.ts';
import type { Served } from './served.ts';

/**
 * Forgets what is remembered of one address, of a domain, of a directory, or all. It reaches entries that hold the
 * address under another key, and tables' rows under it.
 * @returns how many were forgotten
 * @throws {Error} where `what` names no address, domain or directory
 */
export async function purge(what: Purge, served: ReadonlyMap<string, Served>): Promise<number> {
  if ('directory' in what) {
    const only = served.get(what.directory);
    if (only === undefined) throw new Error(`there is no directory ${what.directory}`);
    return forgetAll([only]);
  }
  if ('all' in what) return forgetAll(served.values());
  return forgetIn(served.values(), concernOf(what));
}

/** Nobody is known any more, so nobody can have vanished. */
function forgetAll(served: Iterable<Served>): Promise<number> {
  const all = [...served];
  for (const { lane } of all) lane.flips.withdraw();
  return forgetIn(all, () => true);
}

function concernOf(
  what: Exclude<Purge, { directory: string } | { all: true }>,
): IsConcerned<Entry | string> {
  if ('domain' in what) {
    const domain = parseDomain(what.domain);
    if (domain === undefined) throw new Error(`"${what.domain}" is no domain`);
    return concerning((address) => address.endsWith(`@${domain}`) || address === domain);
  }
  const address = normaliseAddress(what.address);
  if (address === undefined) throw new Error(`"${what.address}" is no address`);
  return concerning((other) => other === address);
}

const concerning =
  (isMeant: (address: string) => boolean): IsConcerned<Entry | string> =>
  (key, value = []) =>
    isMeant(key) ||
    value.some(
      // A group's members stand with the letters that they are written with.
      (entry) =>
        typeof entry !== 'string' &&
        [entry.address, ...entry.aliases, ...entry.members.map(foldAddress)].some(isMeant),
    );

async function forgetIn(
  served: Iterable<Served>,
  isConcerned: IsConcerned<Entry | string>,
): Promise<number> {
  let count = 0;
  for (const { memories } of served) count += await memories.forget(isConcerned);
  return count;
}
