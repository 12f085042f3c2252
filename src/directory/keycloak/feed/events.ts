import type { Clock } from '../../../clock.ts';
import type { Log } from '../../../log.ts';
import { reasonOf } from '../../../reason.ts';
import { isRecord } from '../../../record.ts';
import { Gap } from '../../directory.ts';
import type { DirectoryHooks, Relay } from '../../hooks.ts';
import { withinTime } from '../../waiting.ts';
import { eventsCommand } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import type { Site } from '../http/site.ts';
import { type EventRow } from '../people/rows.ts';
import { concernOf } from './concern.ts';
import { adminEvents, createEventLog, type EventMark, OWN_EVENTS } from './eventlog.ts';

export interface EventWatchOptions {
  readonly name: string;
  readonly site: Site;
  readonly ask: Ask;
  readonly everyMs: number;
  /** Tells Keycloak's time. */
  readonly clock: Clock;
  /** The attributes that hold addresses. */
  readonly attributes: ReadonlySet<string>;
  /** Where daemons take turns in reading; absent: this one reads for itself. */
  readonly relay?: Relay;
  readonly changed: DirectoryHooks['changed'];
  /** The domains of organizations may be others now. */
  readonly domainsChanged: () => void;
  /** Called with the number of events that were followed. */
  readonly counted: (events: number) => void;
  readonly log: Log;
}

/** Ends the reading of events. */
export interface EventWatch {
  stop(): void;
}

const POLL_MS = 10_000;
/** So many events at a time are looked at. */
const MOST = 2000;
/** So many readings may be missing before another daemon reads. */
const TURN_READINGS = 3;
/** An organization, whose domains lie in it; not what lies below it, such as its members. */
const ORGANIZATION = /^organizations(?:\/[^/]+)?$/;

/**
 * Reads admin events every `everyMs` and drops what they make wrong. It needs `view-events`, and shows only what
 * administrators do: for all else the memory's own times count.
 */
export function createEventWatch(options: EventWatchOptions): EventWatch {
  const { name, site, ask, clock, log } = options;
  const life = new AbortController();
  const events = createEventLog({ read: adminEvents(ask), clock, most: MOST });
  /** How far they were read. */
  let read: EventMark | undefined;
  /** What this daemon told the others last of that. */
  let kept: EventMark | undefined;
  let reason: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOurs = false;

  /** The first time: nothing that happened before is remembered. */
  async function begin(signal: AbortSignal): Promise<void> {
    await checkKept(ask, site, signal);
    read = await events.newest(signal);
  }

  async function followSince(mark: EventMark, signal: AbortSignal): Promise<void> {
    const news = await events.since(mark, signal);
    if (news === undefined) {
      options.changed('everything');
      options.domainsChanged();
      read = undefined;
      return;
    }
    await drop(news.events, signal);
    read = news.mark;
    options.counted(news.events.length);
  }

  async function drop(fresh: readonly EventRow[], signal: AbortSignal): Promise<void> {
    if (fresh.some(({ path }) => ORGANIZATION.test(path))) options.domainsChanged();
    const concern = await concernOf(fresh, options.attributes, ask, signal);
    if (concern === 'everything') return options.changed('everything');
    const { ids, addresses } = concern;
    if (ids.size === 0 && addresses.size === 0) return;
    // Whatever happens to a user may change the members of any group.
    options.changed({ ids, addresses, groups: 'all' });
  }

  const tell = (next: string | undefined): void => {
    if (life.signal.aborted || next === reason) return;
    if (next === undefined) log.info({ directory: name }, 'admin events are read again');
    else log.error({ directory: name, reason: next }, 'admin events can not be read');
    reason = next;
  };

  const readOn = (signal: AbortSignal): Promise<void> =>
    read === undefined ? begin(signal) : followSince(read, signal);

  /** Reads on from where the last daemon ended, if it is this one's turn. */
  async function takeTurn(signal: AbortSignal): Promise<void> {
    const { relay } = options;
    isOurs = (await relay?.turn(options.everyMs * TURN_READINGS)) === 'ours';
    if (!isOurs) return;
    const recalled = await relay?.recall();
    if (recalled === undefined) return;
    const theirs = readMark(recalled.value);
    // The log knows by the mark itself what it has told: it was another one where a reading failed.
    const mark = theirs?.id === kept?.id && theirs?.time === kept?.time ? kept : theirs;
    read = mark;
    try {
      await readOn(signal);
    } catch (error) {
      // It may be this daemon that is cut off.
      relay?.giveUp();
      throw error;
    }
    // Nobody knows what happened before.
    if (mark === undefined) options.changed('everything');
    if (read !== undefined) relay?.keep(read);
    kept = read;
  }

  async function poll(): Promise<void> {
    try {
      await withinTime(options.relay === undefined ? readOn : takeTurn, POLL_MS, life.signal);
      tell(undefined);
    } catch (error) {
      tell(reasonOf(error));
    }
    if (life.signal.aborted) return;
    timer = setTimeout(() => void poll(), options.everyMs);
    timer.unref();
  }

  void poll();
  return {
    stop() {
      life.abort();
      clearTimeout(timer);
      if (isOurs) options.relay?.giveUp();
    },
  };
}

/** Which events a realm keeps. */
export interface Keeping {
  /** Of what users do to themselves, all that change them. */
  readonly own: boolean;
  /** How long it keeps those, in milliseconds; absent: for ever. */
  readonly ownMs?: number;
}

/** @throws {Gap} where Keycloak keeps no admin events: the list would only stay as it is, and what happens meanwhile is never told */
export async function checkKept(ask: Ask, site: Site, signal: AbortSignal): Promise<Keeping> {
  const config = await ask('/events/config', {}, signal);
  if (isRecord(config) && config['adminEventsEnabled'] === true) return keepingOf(config);
  throw new Gap(`realm ${site.realm} keeps no admin events, run: ${eventsCommand(site)}`);
}

function keepingOf({
  eventsEnabled,
  enabledEventTypes: types,
  eventsExpiration: seconds,
}: Readonly<Record<string, unknown>>): Keeping {
  const areAll = Array.isArray(types) && OWN_EVENTS.every((type) => types.includes(type));
  return {
    own: eventsEnabled === true && areAll,
    ...(typeof seconds === 'number' && seconds > 0 && { ownMs: seconds * 1000 }),
  };
}

/**
 * Asks all that a watch asks, once.
 * @throws {Fault} where a watch could read no events
 */
export async function tryEvents(
  ask: Ask,
  site: Site,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await checkKept(ask, site, signal);
  const events = createEventLog({ read: adminEvents(ask), clock, most: MOST });
  await events.since(await events.newest(signal), signal);
}

/** Reads how far another daemon, of another version perhaps, has read. */
function readMark(kept: unknown): EventMark | undefined {
  if (!isRecord(kept)) return undefined;
  const { time, id } = kept;
  return typeof time === 'number' && typeof id === 'string' ? { time, id } : undefined;
}
