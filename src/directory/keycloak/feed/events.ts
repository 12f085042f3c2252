import type { Clock } from '../../../clock.ts';
import type { Log } from '../../../log.ts';
import { reasonOf } from '../../../reason.ts';
import { type DirectoryHooks, Fault, type Relay } from '../../directory.ts';
import { withinTime } from '../../waiting.ts';
import { eventsCommand } from '../commands.ts';
import type { Ask, Query } from '../http/api.ts';
import { Refused } from '../http/faults.ts';
import type { Site } from '../http/site.ts';
import { type EventRow, isRaw } from '../people/rows.ts';
import { listEvents } from '../trust/listing.ts';
import { concernOf } from './concern.ts';

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
const PAGE = 200;
const MAX_PAGES = 10;
/** Events of several Keycloaks come a little out of order. */
const OVERLAP_MS = 5000;
/** A turn is over before the next one is due. */
const TURN_SHARE = 0.9;
/** An organization, whose domains lie in it; not what lies below it, such as its members. */
const ORGANIZATION = /^organizations(?:\/[^/]+)?$/;

/**
 * Reads admin events every `everyMs` and drops what they make wrong. It needs `view-events`, and shows only what
 * administrators do: for all else the memory's own times count.
 */
export function createEventWatch(options: EventWatchOptions): EventWatch {
  const { name, site, ask, clock, log } = options;
  const life = new AbortController();
  /** When the newest event happened by Keycloak's clock, and which ones around then are known. */
  let since: number | undefined;
  let known: ReadonlySet<string> = new Set();
  let reason: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** An event that is dated in the future, by a clock that was wrong, must not hide all that happens until then. */
  const present = (time: number): number => Math.min(time, clock.now());

  /** The first time: nothing that happened before is remembered. */
  async function begin(signal: AbortSignal): Promise<void> {
    await checkKept(ask, site, signal);
    since = present(await newestEvent(ask, signal));
  }

  async function followSince(from: number, signal: AbortSignal): Promise<void> {
    const events = await readSince(ask, Math.max(0, from - OVERLAP_MS), signal);
    // A clock that was set back dates what happens now before what was read: nobody would look for it there.
    const isBack = clock.now() < from - OVERLAP_MS;
    if (events === undefined || isBack) {
      options.changed('everything');
      options.domainsChanged();
      since = undefined;
      return;
    }
    const fresh = events.filter(({ id }) => !known.has(id));
    await drop(fresh, signal);
    const newest = present(Math.max(from, ...events.map(({ time }) => time)));
    known = new Set(events.filter(({ time }) => time >= newest - OVERLAP_MS).map(({ id }) => id));
    since = newest;
    options.counted(fresh.length);
  }

  async function drop(events: readonly EventRow[], signal: AbortSignal): Promise<void> {
    if (events.some(({ path }) => ORGANIZATION.test(path))) options.domainsChanged();
    const concern = await concernOf(events, options.attributes, ask, signal);
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

  const read = (signal: AbortSignal): Promise<void> =>
    since === undefined ? begin(signal) : followSince(since, signal);

  /** Reads on from where the last daemon ended, if it is this one's turn. */
  async function takeTurn(signal: AbortSignal): Promise<void> {
    const { relay } = options;
    if ((await relay?.turn(options.everyMs * TURN_SHARE)) !== 'ours') return;
    const kept = await relay?.recall();
    if (kept === undefined) return;
    const cursor = readCursor(kept.value);
    since = cursor?.since;
    known = new Set(cursor?.known);
    await read(signal);
    // Nobody knows what happened before.
    if (cursor === undefined) options.changed('everything');
    if (since !== undefined) relay?.keep({ since, known: [...known] });
  }

  async function poll(): Promise<void> {
    try {
      await withinTime(options.relay === undefined ? read : takeTurn, POLL_MS, life.signal);
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
    },
  };
}

/** @throws {Fault} where Keycloak keeps no admin events: the list would only stay as it is */
export async function checkKept(ask: Ask, site: Site, signal: AbortSignal): Promise<void> {
  const config = await ask('/events/config', {}, signal);
  if (isRaw(config) && config['adminEventsEnabled'] === true) return;
  throw new Fault(
    'directory',
    `realm ${site.realm} keeps no admin events, run: ${eventsCommand(site)}`,
  );
}

/** When the newest event happened; 0 where there is none. */
async function newestEvent(ask: Ask, signal: AbortSignal): Promise<number> {
  const newest = await listEvents(ask, { direction: 'desc', max: 1 }, signal);
  return newest[0]?.time ?? 0;
}

const questionSince = (from: number, page = 0): Query => ({
  dateFrom: from,
  direction: 'asc',
  first: page * PAGE,
  max: PAGE,
});

/**
 * Asks all that a watch asks, once.
 * @throws {Fault} where a watch could read no events
 */
export async function tryEvents(ask: Ask, site: Site, signal: AbortSignal): Promise<void> {
  await checkKept(ask, site, signal);
  await follow(ask, questionSince(await newestEvent(ask, signal)), signal);
}

/** Keycloak before 26.4 reads days only, which can not be followed. */
async function follow(ask: Ask, query: Query, signal: AbortSignal): Promise<readonly EventRow[]> {
  try {
    return await listEvents(ask, query, signal);
  } catch (error) {
    if (!(error instanceof Refused) || !/yyyy-MM-dd/.test(error.message)) throw error;
    throw new Fault(
      'directory',
      `admin events can be followed from Keycloak 26.4 on, set events: off (${error.message})`,
      { cause: error },
    );
  }
}

/** All events since then; absent: too many. */
async function readSince(
  ask: Ask,
  from: number,
  signal: AbortSignal,
): Promise<readonly EventRow[] | undefined> {
  const all: EventRow[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const events = await follow(ask, questionSince(from, page), signal);
    all.push(...events);
    if (events.length < PAGE) return all;
  }
  return undefined;
}

interface Cursor {
  readonly since: number;
  readonly known: readonly string[];
}

/** Reads what another daemon, of another version perhaps, has kept. */
function readCursor(kept: unknown): Cursor | undefined {
  if (!isRaw(kept)) return undefined;
  const { since, known } = kept;
  if (typeof since !== 'number' || !Array.isArray(known)) return undefined;
  return { since, known: known.filter((id) => typeof id === 'string') };
}
