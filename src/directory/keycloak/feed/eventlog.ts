import { type Clock, preciseClock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import type { Ask, Query } from '../http/api.ts';
import { Refused } from '../http/faults.ts';
import type { EventRow } from '../people/rows.ts';
import { listEvents, listOwnEvents } from '../trust/listing.ts';

/** How far a log of events was read: the newest one that was seen, by Keycloak's clock. JSON. */
export interface EventMark {
  readonly time: number;
  /** Empty: none was seen, only that it was this late. */
  readonly id: string;
}

/** What has happened since a mark. */
export interface News {
  /** Those that were not told before; they are told again unless the next question is for what came since `mark`. */
  readonly events: readonly EventRow[];
  readonly mark: EventMark;
}

/** One of a realm's logs of events. */
export interface EventLog {
  /** Where it stands now. */
  newest(signal: AbortSignal): Promise<EventMark>;
  /**
   * What came to it since then; absent: that can't be known any more, for the newest event that was seen is there no more (they
   * were cleared, or have expired), too many came, or Keycloak's clock was set back.
   */
  since(mark: EventMark, signal: AbortSignal): Promise<News | undefined>;
}

/** Reads a page of a log. */
export type ReadEvents = (query: Query, signal: AbortSignal) => Promise<readonly EventRow[]>;

export interface EventLogOptions {
  readonly read: ReadEvents;
  /** Tells Keycloak's time. */
  readonly clock: Clock;
  /** So many events are read at a time. */
  readonly most: number;
}

const PAGE = 200;
/** Events become visible when their transaction ends, and those of several Keycloaks come out of order. */
const OVERLAP_MS = 30_000;

/** Keycloak tells the time in whole seconds: what happened in this one seems to lie ahead. */
const TOLD_MS = 1000;

/** Creates the reading of one log. It remembers what it told, so each reader has one of its own. */
export function createEventLog({ read, clock, most }: EventLogOptions): EventLog {
  /** Which ones were told, and when they happened. */
  const known = new Map<string, number>();
  /** What was told last, and counts as told once the reader goes on from there. */
  let told: News | undefined;
  let seen: { readonly id: string; readonly at: number } | undefined;

  /** The longer ago the newest one was first seen, the less can still come before it. */
  function overlapOf({ id }: EventMark): number {
    if (id === '') return OVERLAP_MS;
    if (seen?.id !== id) seen = { id, at: preciseClock.now() };
    return Math.max(0, OVERLAP_MS - (preciseClock.now() - seen.at));
  }

  /** Notes what was told, once its reader goes on from there, and forgets what can't be read again. */
  function goOn(mark: EventMark): void {
    if (told?.mark !== mark) return;
    for (const { id, time } of told.events) known.set(id, time);
    for (const [id, time] of known) if (time < mark.time - OVERLAP_MS) known.delete(id);
  }

  async function readFrom(
    from: number,
    signal: AbortSignal,
  ): Promise<readonly EventRow[] | undefined> {
    const all: EventRow[] = [];
    while (all.length < most) {
      const query = { dateFrom: from, direction: 'asc', first: all.length, max: PAGE };
      const events = await read(query, signal);
      all.push(...events);
      if (events.length < PAGE) return all;
    }
    return undefined;
  }

  /** Whether the log has it no more. A list is empty, too, where the database broke under that very question: it is asked again. */
  const isGone = (events: readonly EventRow[], id: string): boolean =>
    id !== '' && !events.some((event) => event.id === id);

  return {
    async newest(signal) {
      const [event] = await read({ direction: 'desc', max: 1 }, signal);
      const now = clock.now() + TOLD_MS;
      // One that is dated in the future, by a clock that was wrong, must not hide all that happens until then.
      return event === undefined || event.time > now
        ? { time: now, id: '' }
        : { time: event.time, id: event.id };
    },
    async since(mark, signal) {
      goOn(mark);
      if (clock.now() < mark.time - OVERLAP_MS) return undefined;
      const from = Math.max(0, Math.min(mark.time, clock.now()) - overlapOf(mark));
      let events = await readFrom(from, signal);
      if (events !== undefined && isGone(events, mark.id)) events = await readFrom(from, signal);
      if (events === undefined || isGone(events, mark.id)) return undefined;
      const now = clock.now() + TOLD_MS;
      const { time, id } = events
        .filter((event) => event.time <= now)
        .reduce<EventMark>((a, b) => (b.time >= a.time ? b : a), mark);
      told = { events: events.filter((event) => !known.has(event.id)), mark: { time, id } };
      return told;
    },
  };
}

/** Reads what administrators did. */
export const adminEvents =
  (ask: Ask): ReadEvents =>
  (query, signal) =>
    datedFinely(listEvents(ask, query, signal));

/** What users do to themselves, and no admin event tells. */
export const OWN_EVENTS = [
  'REGISTER',
  'UPDATE_PROFILE',
  'UPDATE_EMAIL',
  'VERIFY_EMAIL',
  'DELETE_ACCOUNT',
] as const;

/** Reads what users did to themselves. */
export const ownEvents =
  (ask: Ask): ReadEvents =>
  (query, signal) =>
    datedFinely(listOwnEvents(ask, { ...query, type: OWN_EVENTS }, signal));

/** Keycloak before 26.4 reads days only, which can not be followed. */
async function datedFinely(events: Promise<readonly EventRow[]>): Promise<readonly EventRow[]> {
  try {
    return await events;
  } catch (error) {
    if (!(error instanceof Refused) || !/yyyy-MM-dd/.test(error.message)) throw error;
    throw new Fault(
      'directory',
      `admin events can be followed from Keycloak 26.4 on, set events: off (${error.message})`,
      { cause: error },
    );
  }
}
