import { type Clock, preciseClock, wallClock } from '../../../clock.ts';
import { type Change, Fault, Gap, type Mark } from '../../directory.ts';
import { createDue } from '../../due.ts';
import { FEEDS } from '../../feeds.ts';
import { pause } from '../../waiting.ts';
import { adminEvents, createEventLog, ownEvents } from '../feed/eventlog.ts';
import type { Ask } from '../http/api.ts';
import type { Origin } from '../login/origin.ts';
import type { FindSettings } from '../people/options.ts';
import type { UserRow } from '../people/rows.ts';
import { listAllGroups } from './groups.ts';
import { listedUsers, type Named } from './listed.ts';
import { listEverybody } from './listing.ts';
import { type Logs, MOST_EVENTS, newestOf, tellNews } from './news.ts';
import { createPace, type Pace } from './pace.ts';
import { parseState, type State } from './state.ts';
import type { Looking } from './subjects.ts';

/** What a realm is followed by. */
export interface FollowOptions {
  readonly ask: Ask;
  readonly settings: FindSettings;
  /** How often everybody is listed again. */
  readonly refreshMs: number;
  /** How often events are read. */
  readonly events: number | 'off';
  /** Tells Keycloak's time. */
  readonly clock: Clock;
  /** Where the tokens come from by which it is asked. */
  readonly origin: Pick<Origin, 'now'>;
  readonly seen: (user: UserRow) => void;
  /** Looks whether users are seen; throws where they aren't. */
  readonly prove: (signal: AbortSignal) => Promise<void>;
  /** Whether all users are Keycloak's own, so that its events tell what becomes of them. */
  readonly areOwn: () => boolean;
  /** Whether there may be users whom Keycloak does not list: nobody is believed to be absent then. */
  readonly mayLackSome: () => boolean;
  /** Whether the realm keeps events of what users do to themselves. @throws {Gap} where it keeps none of administrators */
  readonly keepsOwn: (signal: AbortSignal) => Promise<boolean>;
  /** Called with the number of events that were followed. */
  readonly counted: (events: number) => void;
}

/** How often is looked whether a listing is due, or the realm is another one, where no events are read. */
const IDLE_MS = 5000;
/** Of so many users, one may have come or gone unheard, where that is not told. */
const UNTOLD = 1000;
/** So many groups are put at once. */
const BATCH = 50;

type Told<T> = AsyncGenerator<readonly Change[], T>;

/** Lists a realm and follows its events. Everybody is listed anew now and then, for events do not tell all. */
export async function* followRealm(
  options: FollowOptions,
  cursor: string | undefined,
  signal: AbortSignal,
): Told<never> {
  const due = createDue(options.refreshMs);
  const leftMs = ({ listedAt }: State): number => due.leftMs(wallClock.now() - listedAt);
  let state = cursor === undefined ? undefined : parseState(cursor, options.events !== 'off');
  const logs = await logsOf(options, signal);
  const feed = createFeed(options, logs, signal);
  await options.prove(signal);
  if (state !== undefined) checkOrigin(state, options.origin);
  const everyMs = options.events === 'off' ? IDLE_MS : options.events;
  for (;;) {
    if (state === undefined || leftMs(state) <= 0) state = yield* feed.list(state);
    else if (logs !== undefined) state = yield* feed.poll(state);
    signal.throwIfAborted();
    await pause(Math.max(0, Math.min(everyMs, leftMs(state))), signal);
    signal.throwIfAborted();
    checkOrigin(state, options.origin);
  }
}

/**
 * Sees to it that it is the realm that was read so far.
 * @throws {Gap} where it was made anew under its name: people have other ids there, and what happened to them is told nowhere
 */
function checkOrigin({ origin }: State, { now }: FollowOptions['origin']): void {
  if (origin === undefined || origin === now()) return;
  throw new Gap(
    'the account by which keycloak is asked, or its key, is another one: the realm may have been made anew, and all are listed',
  );
}

async function logsOf(
  { ask, events, clock, keepsOwn }: FollowOptions,
  signal: AbortSignal,
): Promise<Logs | undefined> {
  if (events === 'off') return undefined;
  const hasOwn = await keepsOwn(signal);
  const log = (read: ReturnType<typeof adminEvents>) =>
    createEventLog({ read, clock, most: MOST_EVENTS });
  return { admin: log(adminEvents(ask)), ...(hasOwn && { own: log(ownEvents(ask)) }) };
}

interface Feed {
  list(before: State | undefined): Told<State>;
  poll(state: State): Told<State>;
}

function createFeed(options: FollowOptions, logs: Logs | undefined, signal: AbortSignal): Feed {
  const { settings, events, areOwn, refreshMs, clock, origin, prove } = options;
  const pace: Pace = createPace(options.ask);
  const { groupAttribute } = settings;
  const looking: Looking = { ...options, ask: pace.ask, groupAttribute };
  const now = (): number => preciseClock.now();
  let areGroupsDue = false;
  let changed = 0;

  /** Whether events tell all that happens to people. */
  const tellsAll = (): boolean => logs?.own !== undefined && areOwn();

  const markOf = (state: State, since: number): Mark => {
    checkOrigin(state, origin);
    const agoMs = now() - since;
    const mark: Omit<Mark, 'nextMs'> = {
      kind: 'mark',
      cursor: JSON.stringify(state),
      agoMs,
      ...(options.mayLackSome() && { lacksSome: true }),
    };
    return events !== 'off' && tellsAll()
      ? { ...mark, nextMs: events + agoMs, tellsNew: true, feed: FEEDS.events }
      : { ...mark, nextMs: refreshMs + agoMs, feed: FEEDS.listings };
  };

  async function* follow(state: State): Told<State> {
    if (logs === undefined) return state;
    const polled = yield* counting(tellNews(logs, looking, state, signal));
    options.counted(polled.events);
    if (polled.isRealmChanged) await checkKeeping(logs);
    areGroupsDue ||= polled.areGroupsMoved;
    return polled.state;
  }

  /** What is promised rests on what the realm keeps. */
  async function checkKeeping({ own }: Logs): Promise<void> {
    const keepsOwn = await options.keepsOwn(signal);
    if (keepsOwn !== (own !== undefined))
      throw new Fault('directory', 'keycloak keeps other events of users now: it is followed anew');
  }

  async function* counting<T>(told: Told<T>): Told<T> {
    for (;;) {
      const step = await told.next();
      if (step.done === true) return step.value;
      changed += step.value.length;
      yield step.value;
    }
  }

  async function* poll(before: State): Told<State> {
    const begun = now();
    const state = yield* follow(before);
    if (areGroupsDue && groupAttribute !== undefined) {
      yield* listGroups(groupAttribute, async () => {});
      await prove(signal);
      yield [{ kind: 'listed', part: 'group' }];
    }
    if (tellsAll()) yield [markOf(state, begun)];
    return state;
  }

  async function* listGroups(attribute: string, rest: () => Promise<void>): Told<void> {
    areGroupsDue = false;
    yield [{ kind: 'listing', part: 'group' }];
    let entries: Named[] = [];
    for await (const entry of listAllGroups(looking, attribute, rest, signal)) {
      entries.push(entry);
      if (entries.length < BATCH) continue;
      yield [{ kind: 'put', entries }];
      entries = [];
    }
    yield [{ kind: 'put', entries }];
  }

  async function* listUsers(rest: () => Promise<void>): Told<void> {
    changed = 0;
    yield [{ kind: 'listing', part: 'user' }];
    const moved = (count: number): number =>
      changed + (tellsAll() ? 0 : Math.trunc(count / UNTOLD));
    const listing = { ask: pace.ask, clock, moved, rest, signal };
    for await (const users of listEverybody(listing)) {
      yield [{ kind: 'put', entries: await listedUsers(looking, users, signal) }];
    }
  }

  async function* listParts(rest: () => Promise<void>): Told<void> {
    yield* listUsers(rest);
    if (groupAttribute !== undefined) yield* listGroups(groupAttribute, rest);
  }

  /** Between two pages, what happens meanwhile is told: whatever was read last is newest. */
  async function* beside(parts: Told<void>, from: State, isFirst: boolean): Told<State> {
    let state = from;
    let polledAt = now();
    for await (const batch of parts) {
      yield batch;
      signal.throwIfAborted();
      if (events === 'off' || now() - polledAt < events) continue;
      polledAt = now();
      state = yield* follow(state);
      if (!isFirst && tellsAll()) yield [markOf(state, polledAt)];
    }
    return state;
  }

  async function* list(before: State | undefined): Told<State> {
    const begun = now();
    const listedAt = wallClock.now();
    const own = before?.origin ?? origin.now();
    const from = before ?? { ...(logs && (await newestOf(logs, signal))), listedAt: 0 };
    const rest = before === undefined ? async () => {} : () => pace.rest(signal);
    const listed = yield* beside(listParts(rest), from, before === undefined);
    const polledAt = now();
    const state = {
      ...(yield* follow(listed)),
      listedAt,
      ...(own !== undefined && { origin: own }),
    };
    await prove(signal);
    yield [
      { kind: 'listed', part: 'user' },
      ...(groupAttribute === undefined ? [] : [{ kind: 'listed', part: 'group' } as const]),
      markOf(state, tellsAll() ? polledAt : begun),
    ];
    return state;
  }

  return { list, poll };
}
