import { type LookupAddress, type LookupOptions, NOTFOUND, TIMEOUT } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, preciseClock } from '../clock.ts';
import { codeOf } from '../reason.ts';

/** Gives a host's addresses. */
type Ask = (host: string) => Promise<readonly LookupAddress[]>;

/** Whom hosts are asked of. */
export interface LookupSources {
  /** The system, as every program does: /etc/hosts, search lists. It may hang for half a minute, and can't be called off. */
  readonly system: Ask;
  /** The name servers themselves. */
  readonly servers: Ask;
  readonly clock: Clock;
}

/** So long the system may take before something else is tried. */
const PATIENCE_MS = 50;
/** How long a host's last addresses may stand in where none come. */
const STALE_MS = 60 * 60 * 1000;
/** A name server that does not answer is asked so often, so long. */
const SERVER_MS = 1000;
const TRIES = 2;

const SYSTEM: LookupSources = {
  system: (host) => lookup(host, { all: true }),
  servers: askServers,
  clock: preciseClock,
};

interface Host {
  asking: Promise<readonly LookupAddress[]> | undefined;
  last: { readonly addresses: readonly LookupAddress[]; readonly at: number } | undefined;
}

/**
 * Makes a `lookup` for connections. While name servers are silent a host keeps the addresses that it had, and as soon as they
 * answer again new ones are known: the system, once asked, waits on for tens of seconds, with a thread of which there are few,
 * so it is asked once at a time for each host.
 */
export function createLookup(sources: Partial<LookupSources> = {}): LookupFunction {
  const { system, servers, clock } = { ...SYSTEM, ...sources };
  const hosts = new Map<string, Host>();

  const ask = (name: string, host: Host): Promise<readonly LookupAddress[]> => {
    host.asking ??= system(name)
      .then((addresses) => {
        host.last = { addresses, at: clock.now() };
        return addresses;
      })
      .finally(() => {
        host.asking = undefined;
      });
    return host.asking;
  };
  const lastOf = ({ last }: Host): readonly LookupAddress[] | undefined =>
    last !== undefined && clock.now() - last.at < STALE_MS ? last.addresses : undefined;
  const find = async (name: string): Promise<readonly LookupAddress[]> => {
    const host = hosts.get(name) ?? { asking: undefined, last: undefined };
    hosts.set(name, host);
    const asking = ask(name, host);
    try {
      const first = await within(asking, PATIENCE_MS);
      if (first !== undefined) return first;
    } catch (error) {
      const last = lastOf(host);
      if (last === undefined || codeOf(error) === NOTFOUND) throw error;
      return last;
    }
    return lastOf(host) ?? (await firstOf(asking, servers(name)));
  };

  const give = async (
    name: string,
    options: LookupOptions,
    callback: Parameters<LookupFunction>[2],
  ): Promise<void> => {
    const found = await find(name).catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error) callback(found, '');
    else answer(name, found, options, callback);
  };
  return (...given) => void give(...given);
}

/** How the daemon's connections find their hosts. There is one, as the system's own is one. */
export const lookupHost = createLookup();

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  const timer = wait(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, timer]);
  } finally {
    over.abort();
  }
}

/** The first that succeeds; where none does, the system's word. */
async function firstOf<T>(system: Promise<T>, servers: Promise<T>): Promise<T> {
  try {
    return await Promise.any([system, servers]);
  } catch {
    return system;
  }
}

async function askServers(host: string): Promise<readonly LookupAddress[]> {
  // A new one each time: it reads resolv.conf when it is made.
  const resolver = new Resolver({ timeout: SERVER_MS, tries: TRIES });
  const found = await Promise.allSettled([
    resolver.resolve4(host).then((all) => all.map((address) => ({ address, family: 4 }))),
    resolver.resolve6(host).then((all) => all.map((address) => ({ address, family: 6 }))),
  ]);
  const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  if (addresses.length === 0) throw fault(host, TIMEOUT);
  return addresses;
}

function answer(
  host: string,
  addresses: readonly LookupAddress[],
  { family, all }: LookupOptions,
  callback: Parameters<LookupFunction>[2],
): void {
  const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : (family ?? 0);
  const fitting = addresses.filter((each) => wanted === 0 || each.family === wanted);
  const [first] = fitting;
  if (first === undefined) callback(fault(host, NOTFOUND), '');
  else if (all === true) callback(null, fitting);
  else callback(null, first.address, first.family);
}

const fault = (host: string, code: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`getaddrinfo ${code} ${host}`), {
    code,
    syscall: 'getaddrinfo',
    hostname: host,
  });
