import { randomUUID } from 'node:crypto';
import { parseAddress, parseDomain } from '../address/address.ts';
import type { Clock } from '../clock.ts';
import type { Concern, Directory, DirectoryHooks } from '../directory/directory.ts';
import type { DirectorySettings } from '../directory/types.ts';
import { fingerprintOf } from '../fleet/fingerprint.ts';
import type { Fleet, Room } from '../fleet/fleet.ts';
import { concernOf, type News, newsOf, type Purged } from '../fleet/news.ts';
import type { Log } from '../log.ts';
import type { LaneOptions } from '../lookup/lane.ts';
import type { IsConcerned } from '../lookup/memory.ts';
import type { Shared, SharedQuestion } from '../lookup/path.ts';
import type { Times } from '../lookup/remember.ts';
import type { Settings } from '../settings.ts';
import { acceptSame } from './accepting.ts';
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

/** One directory's part in the fleet; what has none shares nothing and tells nobody. */
export interface Membership {
  /** What the fleet knows of its people, or of a table; absent: its answers are this machine's own. */
  shareOf<T>(times: Times, table?: string): Shared<T> | undefined;
  /** The domains that it lists. */
  shareListed(freshMs: number): SharedQuestion | undefined;
  /** What is counted together, and how many questions this daemon's own limit lets begin a second. */
  readonly lane: Pick<LaneOptions, 'rate' | 'together'>;
  /** Where the daemons take turns in reading what has changed. */
  readonly hooks: Pick<DirectoryHooks, 'relay'>;
  /** Its circuit closed by a probe of this daemon's. */
  healed(): void;
  /** What was held here was accepted: those who hold the same take it. */
  accepted(digests: readonly string[]): void;
  /** Others are there now: the other daemons hear of it. */
  changed(concern: Concern): void;
  domainsChanged(): void;
}

export interface MembershipOptions {
  readonly name: string;
  readonly settings: DirectorySettings;
  readonly delimiters: string;
  /** By when a request is answered. Milliseconds. */
  readonly deadlineMs: number;
}

/** Of a daemon that is alone, or of a directory that is its machine's own. */
const NO_MEMBERSHIP: Membership = {
  shareOf: () => undefined,
  shareListed: () => undefined,
  lane: {},
  hooks: {},
  changed: () => {},
  domainsChanged: () => {},
  healed: () => {},
  accepted: () => {},
};

const ALONE: Joined = { part: {}, ready: async () => {}, stop: async () => {} };

/** Directories that are a machine's own: another's of the same settings may hold other people. */
const OWN: ReadonlySet<string> = new Set(['file', 'demo', 'sqlite']);

/** Each daemon hears of these directories' changes itself. */
const HEARD: ReadonlySet<string> = new Set(['postgresql']);
const CHANGES: ReadonlySet<News['op']> = new Set(['forget', 'expire', 'domains']);

/** Where reading ended is of use for so long: Keycloak is asked for no more at a time. */
const CURSOR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A turn is over before the next one is due. */
const TURN_SHARE = 0.9;

/** So many probes in a row are left to others at most. */
const MOST_SKIPPED = 30;

/** How long another daemon's answer is waited for, and which part of the deadline that may be. */
const WAIT_MS = 80;
const WAIT_SHARE = 0.4;

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

/** Makes a directory's part in the fleet. */
export function createMembership(
  fleet: Fleet | undefined,
  { name, settings, delimiters, deadlineMs }: MembershipOptions,
  directory: () => Pick<Directory, 'fingerprint'> | undefined,
): Membership {
  if (fleet === undefined || OWN.has(settings.type)) return NO_MEMBERSHIP;
  const { perSecond } = settings.limit;
  /** Code of one's own shares nothing unless it says what its answers depend on. */
  const ownPrint = (): string | undefined => {
    const print = directory()?.fingerprint;
    return settings.type === 'custom' ? print : (print ?? '');
  };
  const tell = (news: News): void => {
    if (ownPrint() === undefined) return;
    if (HEARD.has(settings.type) && CHANGES.has(news.op)) fleet.note(news);
    else fleet.tell(news);
  };
  const waitMs = Math.min(WAIT_MS, deadlineMs * WAIT_SHARE);
  /** Who shares nothing takes turns with nobody. */
  const nobodys = randomUUID();
  const print = (): string => fingerprintOf(settings, delimiters, ownPrint() ?? nobodys);
  const shelfOf = <T>(lives: Pick<Room, 'foundMs' | 'noneMs'>, what: Room['what']) =>
    fleet.shelf<T>({
      directory: name,
      fingerprint: print(),
      what,
      perSecond,
      timeoutMs: settings.timeout,
      ...lives,
    });
  let skipped = 0;
  return {
    shareOf: <T>(times: Times, table?: string) => {
      if (ownPrint() === undefined) return undefined;
      const lives = { foundMs: times.staleMs, noneMs: times.freshNoneMs };
      const what = table === undefined ? 'people' : (`table ${table}` as const);
      return { shelf: shelfOf<T>(lives, what), waitMs };
    },
    shareListed: (freshMs) => {
      if (ownPrint() === undefined) return undefined;
      const shelf = shelfOf<string>({ foundMs: freshMs, noneMs: 1 }, 'domains');
      return { shelf, waitMs, freshMs };
    },
    lane: {
      rate: () => (ownPrint() === undefined ? perSecond : fleet.rateOf(perSecond)),
      together: {
        mayProbe: async () => {
          const turn = await fleet.turn(`probe ${print()}`, settings.breaker.probe * TURN_SHARE);
          // Others that probe for us may be cut off themselves, or be nobody.
          skipped = turn === 'another' ? skipped + 1 : 0;
          if (skipped <= Math.min(fleet.others() + 1, MOST_SKIPPED)) return turn !== 'another';
          skipped = 0;
          return true;
        },
        countFlip: (key) => fleet.countWithin(`flips ${print()}`, key, MINUTE_MS),
        ownPart: (most) => (fleet.isUp() ? most : most / (fleet.others() + 1)),
      },
    },
    hooks: {
      relay: {
        turn: (ms) => fleet.hold(`events ${print()}`, ms),
        giveUp: () => fleet.giveUp(`events ${print()}`),
        recall: () => fleet.recall(`events ${print()}`),
        keep: (value) => fleet.keep(`events ${print()}`, value, CURSOR_MS),
      },
    },
    healed: () => tell({ op: 'healed', directory: name }),
    accepted: (digests) => tell({ op: 'accept', directory: name, digests }),
    changed: (concern) => tell(newsOf(name, concern)),
    domainsChanged: () => tell({ op: 'domains', directory: name }),
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
  if ('address' in what) return { address: parseAddress(what.address)?.text ?? what.address };
  if ('domain' in what) return { domain: parseDomain(what.domain) ?? what.domain };
  return what;
}
