import { foldAddress, parseDomain } from '../address/address.ts';
import type { Clock } from '../clock.ts';
import type { Fleet } from '../fleet/contract.ts';
import { concernOf, type News, type Purged } from '../fleet/news.ts';
import type { Log } from '../log.ts';
import type { IsConcerned } from '../lookup/memory.ts';
import type { Settings } from '../settings.ts';
import { acceptSame } from './accept.ts';
import { purge } from './purge.ts';
import type { Served } from './served.ts';

/** A daemon's part in a fleet, or none. */
export interface Joined {
  /** Absent: this daemon is alone. */
  readonly part: { readonly fleet?: Fleet };
  /** Waits for the fleet before anybody is answered, not for long, and takes into account what was told meanwhile. */
  ready(served: ReadonlyMap<string, Served>): Promise<void>;
  /** Leaves it. Never rejects. */
  stop(): Promise<void>;
}

const ALONE: Joined = { part: {}, ready: async () => {}, stop: async () => {} };

/** How long a start waits for the fleet before it answers: one question more each is all that it saves. */
const READY_MS = 300;

/** Joins the fleet of the settings, where there is one. The library is loaded here, and only then. */
export async function openFleet(
  settings: Settings,
  served: () => ReadonlyMap<string, Served>,
  options: { readonly version: string; readonly clock: Clock; readonly log: Log },
): Promise<Joined> {
  if (settings.fleet === undefined) return ALONE;
  const { joinFleet } = await import('../fleet/fleet.ts');
  const fleet: Fleet = await joinFleet({
    ...options,
    settings: settings.fleet,
    mostTimeoutMs: Math.max(1, settings.deadline / 4),
    heard: (news) => follow(news, served()),
    caughtUp: () => forgetOutdated(fleet, served()),
  });
  return {
    part: { fleet },
    ready: async (now) => {
      await fleet.ready(READY_MS);
      forgetOutdated(fleet, now);
    },
    stop: () => fleet.stop(),
  };
}

/** Does here what another daemon has told. */
function follow(news: News, served: ReadonlyMap<string, Served>): void {
  if (news.op === 'begin') return;
  if (news.op === 'purge') return followPurge(news.what, served);
  const one = served.get(news.directory);
  if (one === undefined) return;
  switch (news.op) {
    case 'forget':
      return one.memories.changed(concernOf(news.concern));
    case 'expire':
      return one.memories.changed('everything');
    case 'domains':
      return one.list?.refresh();
    case 'healed':
      return one.lane.breaker.close();
    case 'accept':
      return acceptSame(one, news.digests);
  }
}

/** A directory that this daemon has not is nothing to it. */
function followPurge(what: Purged, served: ReadonlyMap<string, Served>): void {
  if ('directory' in what && !served.has(what.directory)) return;
  void purge(what, served);
}

/** Forgets whom the news concern that were told while this daemon heard nothing. */
function forgetOutdated(fleet: Fleet, served: ReadonlyMap<string, Served>): void {
  for (const [name, { memories }] of served) {
    const isGone: IsConcerned<unknown> = (key, values = [], askedAt = Number.NEGATIVE_INFINITY) =>
      fleet.worthOf(name, askedAt, key, values) === 'gone';
    void memories.forget(isGone);
  }
}

/**
 * Tells the fleet of a purge, in the letters that addresses are compared in. `here`: it counts on this daemon's side of the
 * engine only.
 * @returns how many others hear of it
 */
export function tellPurge(fleet: Fleet | undefined, what: Purged, scope: 'all' | 'here'): number {
  if (fleet === undefined) return 0;
  const news: News = { op: 'purge', what: normalise(what) };
  if (scope === 'all') {
    fleet.tell(news);
    return fleet.others();
  }
  fleet.note(news);
  return 0;
}

function normalise(what: Purged): Purged {
  if ('address' in what) return { address: foldAddress(what.address) };
  if ('domain' in what) return { domain: parseDomain(what.domain) ?? what.domain };
  return what;
}
