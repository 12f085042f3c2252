import type { Log } from '../../../log.ts';
import { reasonOf } from '../../../reason.ts';
import { type DirectoryHooks, Fault } from '../../directory.ts';
import { withinTime } from '../../waiting.ts';
import { eventsCommand } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import type { Site } from '../http/site.ts';
import { type EventRow, isRaw, readEvents } from '../people/rows.ts';
import { concernOf } from './concern.ts';

export interface EventWatchOptions {
  readonly name: string;
  readonly site: Site;
  readonly ask: Ask;
  readonly everyMs: number;
  /** The attributes that hold addresses. */
  readonly attributes: ReadonlySet<string>;
  /** The groups that were answered: whatever happens to a user may change their members. */
  readonly groupIds: ReadonlySet<string>;
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
/** An organization, whose domains lie in it; not what lies below it, such as its members. */
const ORGANIZATION = /^organizations(?:\/[^/]+)?$/;

/**
 * Reads admin events every `everyMs` and drops what they make wrong. It needs `view-events`, and shows only what
 * administrators do: for all else the memory's own times count.
 */
export function createEventWatch(options: EventWatchOptions): EventWatch {
  const { name, site, ask, log } = options;
  const life = new AbortController();
  /** When the newest event happened by Keycloak's clock, and which ones around then are known. */
  let since: number | undefined;
  let known: ReadonlySet<string> = new Set();
  let reason: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** The first time: nothing that happened before is remembered. */
  async function begin(signal: AbortSignal): Promise<void> {
    await checkKept(ask, site, signal);
    const newest = readEvents(await ask('/admin-events', { direction: 'desc', max: 1 }, signal));
    since = newest[0]?.time ?? 0;
  }

  async function follow(from: number, signal: AbortSignal): Promise<void> {
    const events = await readSince(ask, Math.max(0, from - OVERLAP_MS), signal);
    if (events === undefined) {
      options.changed('everything');
      options.domainsChanged();
      since = undefined;
      return;
    }
    const fresh = events.filter(({ id }) => !known.has(id));
    await drop(fresh, signal);
    const newest = Math.max(from, ...events.map(({ time }) => time));
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
    options.changed({ ids: ids.union(options.groupIds), addresses });
  }

  const tell = (next: string | undefined): void => {
    if (life.signal.aborted || next === reason) return;
    if (next === undefined) log.info({ directory: name }, 'admin events are read again');
    else log.error({ directory: name, reason: next }, 'admin events can not be read');
    reason = next;
  };

  async function poll(): Promise<void> {
    try {
      await withinTime(
        (signal) => (since === undefined ? begin(signal) : follow(since, signal)),
        POLL_MS,
        life.signal,
      );
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

/** All events since then; absent: too many. */
async function readSince(
  ask: Ask,
  from: number,
  signal: AbortSignal,
): Promise<readonly EventRow[] | undefined> {
  const all: EventRow[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { dateFrom: from, direction: 'asc', first: page * PAGE, max: PAGE };
    const events = readEvents(await ask('/admin-events', query, signal));
    all.push(...events);
    if (events.length < PAGE) return all;
  }
  return undefined;
}
