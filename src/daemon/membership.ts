import { randomUUID } from 'node:crypto';
import type { Directory } from '../directory/directory.ts';
import type { Concern, DirectoryHooks } from '../directory/hooks.ts';
import type { DirectorySettings } from '../directory/types.ts';
import type { Fleet, Room } from '../fleet/contract.ts';
import { fingerprintOf } from '../fleet/fingerprint.ts';
import { type News, newsOf } from '../fleet/news.ts';
import type { LaneOptions } from '../lookup/lane.ts';
import type { Shared, SharedQuestion } from '../lookup/path.ts';
import type { Times } from '../lookup/remember.ts';
import type { Together } from '../mirror/shared/told.ts';

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
  /** Where the daemons that mirror it meet; absent: each follows it by itself. `print`: of what decides who is in it. */
  feedOf(print: string): Together | undefined;
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
  feedOf: () => undefined,
  changed: () => {},
  domainsChanged: () => {},
  healed: () => {},
  accepted: () => {},
};

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
    feedOf: (each) => (ownPrint() === undefined ? undefined : fleet.feed(`${print()} ${each}`)),
    healed: () => tell({ op: 'healed', directory: name }),
    accepted: (digests) => tell({ op: 'accept', directory: name, digests }),
    changed: (concern) => tell(newsOf(name, concern)),
    domainsChanged: () => tell({ op: 'domains', directory: name }),
  };
}
