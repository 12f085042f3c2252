import { calendarOf } from '../clock.ts';
import { nameless, type PastOutage } from '../lookup/health.ts';
import type { LookupFigures } from '../lookup/observe.ts';
import type { MirrorStatus } from '../mirror/status.ts';
import type { Latency } from './latency.ts';
import type { WatchedDirectory } from './metrics/sources.ts';

/** How one directory fares, as `/api/status` shows it. */
export interface DirectoryStatus {
  readonly name: string;
  readonly type: string;
  /**
   * `open`: its circuit is, it is only probed. `failing`: what it said last was a fault. `idle`: it was not asked yet.
   */
  readonly state: 'ok' | 'failing' | 'open' | 'idle';
  /** Since when its circuit is as it is; absent: closed since the start. */
  readonly circuitSince?: string;
  readonly openings: number;
  readonly lastAnswer?: string;
  /** When the first question was put that failed; absent: the last one had an answer. */
  readonly failingSince?: string;
  /** What the last outage that is over came to; absent: there was none since the start. */
  readonly lastOutage?: {
    readonly since: string;
    readonly until: string;
    /** Lookups whose mail was deferred, and those that memory answered. */
    readonly deferred: number;
    readonly fromMemory: number;
  };
  /** Why its *none* is not believed, though it answers, and since when; absent: it is. */
  readonly doubt?: { readonly reason: string; readonly since: string };
  /** What waits for an administrator, and the way out, a line each. */
  readonly pending: readonly string[];
  readonly lastFault?: { readonly cause: string; readonly reason: string; readonly when: string };
  /** What callers got. */
  readonly lookups: Pick<
    LookupFigures,
    'found' | 'none' | 'stale' | 'unknown' | 'remembered' | 'joined' | 'prefetched' | 'disbelieved'
  >;
  /** Why callers got *unknown*, or a stale answer. */
  readonly causes: Readonly<Record<string, number>>;
  readonly asked: number;
  readonly inFlight: number;
  /** Questions that wait to be put. */
  readonly waiting: number;
  /** Of its own answers, not of those from memory. */
  readonly latency: Latency;
  /** Entries by what is known of them, and apart from them the keys of its tables that have a row (`rows`). */
  readonly remembered: Readonly<Record<'found' | 'none' | 'unknown' | 'rows', number>>;
  /** What is lost that is not believed, while known people who vanish are held. */
  readonly held?: string;
  /** Values that were no address or login, and were left out. */
  readonly dropped: number;
  /** Where it lists domains; `count` is absent until it has. */
  readonly domains?: { readonly count?: number; readonly isHeld: boolean };
  /** Its durable copy, where it has one. */
  readonly mirror?: MirrorStatus;
  /** What its adapter counts. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** Describes a directory; its latency is looked back on by the caller. */
export function describeDirectory(served: WatchedDirectory, latency: Latency): DirectoryStatus {
  const { name, settings, lane, memories, cleaned, directory } = served;
  const { figures } = lane;
  const { found, none, stale, unknown, remembered, joined, prefetched, disbelieved } = figures;
  const { answered } = figures;
  const sizes = memories.entries.sizes();
  return {
    name,
    type: settings.type,
    openings: lane.breaker.openings(),
    ...describeHealth(served),
    ...describePending(served),
    lookups: { found, none, stale, unknown, remembered, joined, prefetched, disbelieved },
    causes: Object.fromEntries(Object.entries(figures.causes).filter(([, count]) => count > 0)),
    asked: figures.asked,
    inFlight: figures.asked - answered.found - answered.none - answered.unknown,
    waiting: lane.limiter.waiting(),
    latency,
    remembered: {
      found: sizes.found.size,
      none: sizes.none.size,
      unknown: sizes.unknown.size,
      rows: [...memories.tables.values()].reduce((sum, each) => sum + each.sizes().found.size, 0),
    },
    ...describeHeld(served),
    dropped: cleaned.dropped,
    ...describeDomains(served),
    ...(served.mirror && { mirror: served.mirror.status() }),
    ...(directory.figures && { figures: directory.figures }),
  };
}

type HealthStatus =
  | 'state'
  | 'circuitSince'
  | 'failingSince'
  | 'lastOutage'
  | 'lastAnswer'
  | 'lastFault';

function describeHealth({ lane }: WatchedDirectory): Pick<DirectoryStatus, HealthStatus> {
  const { figures, health, breaker } = lane;
  const since = breaker.changedAt();
  const failingSince = health.failingSince();
  const lastOutage = health.lastOutage();
  const lastFault = health.lastFault();
  return {
    state: judge(lane),
    ...(since !== undefined && { circuitSince: showInstant(since) }),
    ...(failingSince !== undefined && { failingSince: showInstant(failingSince) }),
    ...(lastOutage && { lastOutage: describeOutage(lastOutage) }),
    ...(figures.answeredAt > 0 && { lastAnswer: showInstant(figures.answeredAt) }),
    ...(lastFault && {
      lastFault: {
        cause: lastFault.cause,
        reason: lastFault.reason,
        when: showInstant(lastFault.at),
      },
    }),
  };
}

const describeOutage = ({ since, until, deferred, fromMemory }: PastOutage) => ({
  since: showInstant(since),
  until: showInstant(until),
  deferred,
  fromMemory,
});

/** Whether its circuit is open, its last question failed, or nobody was asked yet. */
export function judge({
  breaker,
  figures,
  health,
}: Pick<WatchedDirectory['lane'], 'breaker' | 'figures' | 'health'>): DirectoryStatus['state'] {
  if (breaker.isOpen()) return 'open';
  if (health.failingSince() !== undefined) return 'failing';
  return figures.answeredAt > 0 ? 'ok' : 'idle';
}

function describePending(served: WatchedDirectory): Pick<DirectoryStatus, 'pending' | 'doubt'> {
  const pending = listPending(served);
  const doubt = served.lane.health.doubt();
  if (doubt === undefined) return { pending: pending.length > 0 ? pending : listHeld(served) };
  const { reason, at } = doubt;
  // Some types say it of each question, too.
  if (pending.some((text) => text.startsWith(reason))) return { pending };
  return { pending, doubt: { reason, since: showInstant(at) } };
}

const listPending = (served: WatchedDirectory): readonly string[] => {
  const { lane, directory, list } = served;
  const { flips } = lane;
  return [
    ...(directory.pending?.() ?? []),
    ...[list?.pending()].filter((text) => text !== undefined),
    ...(flips.held() === undefined ? [] : [flips.reason()]),
    ...listBehind(served),
  ].map(nameless);
};

/** A feed that pauses for less is not worth a word. */
const PAUSE_MS = 2 * 60_000;

/** What keeps a mirror from learning what changes, or makes it hold people. */
function listBehind({ name, mirror }: WatchedDirectory): readonly string[] {
  if (mirror === undefined) return [];
  const { isInStep, ageMs, held, fault } = mirror.status();
  const isBehind = !isInStep && (ageMs === undefined || ageMs > PAUSE_MS);
  const why = fault === undefined ? '' : `: ${fault}`;
  return [
    ...(held === undefined
      ? []
      : [
          `its mirror holds people who vanished (${held}): mend it, or, if they were removed, run idpmap accept ${name}`,
        ]),
    ...(isBehind && (ageMs !== undefined || fault !== undefined)
      ? [
          ageMs === undefined
            ? `its mirror could not list everybody yet${why}`
            : `its mirror does not learn what changes${why}`,
        ]
      : []),
  ];
}

/** What a type holds that says why only when it is asked. */
const listHeld = ({ name, directory }: WatchedDirectory): readonly string[] =>
  (directory.figures?.['held'] ?? 0) > 0
    ? [
        `what it has lost is held, see the log: mend it, or, if it is right, run idpmap accept ${name}`,
      ]
    : [];

function describeHeld({ lane }: WatchedDirectory): Pick<DirectoryStatus, 'held'> {
  const held = lane.flips.held();
  return held === undefined ? {} : { held: held.loss };
}

function describeDomains({ list }: WatchedDirectory): Pick<DirectoryStatus, 'domains'> {
  if (list === undefined || list.isResting()) return {};
  const count = list.names()?.size;
  const isHeld = list.isHeld();
  return { domains: count === undefined ? { isHeld } : { count, isHeld } };
}

/** `at` as `readMs` tells time. */
const showInstant = (at: number): string => new Date(calendarOf(at)).toISOString();
