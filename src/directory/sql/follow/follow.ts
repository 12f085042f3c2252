import { preciseClock, wallClock } from '../../../clock.ts';
import { isLongEnough, letOthersRun } from '../../../loop.ts';
import { type Change, Gap, type Mark } from '../../directory.ts';
import { createDue } from '../../due.ts';
import { FEEDS } from '../../feeds.ts';
import { pause } from '../../waiting.ts';
import type { SqlConnection } from '../connect/connection.ts';
import type { Row } from '../engine.ts';
import { textsIn } from '../people/values.ts';
import type { Listing } from '../text/listing.ts';
import type { Dialect } from '../text/tokens.ts';
import { checkCount, countOf } from './count.ts';
import {
  type Make,
  type Making,
  makeAccounts,
  makeAliases,
  makeGroups,
  type Named,
} from './listed.ts';
import { keysIn, pagesOf, rowsOfKeys } from './pages.ts';
import { parseState, type State } from './state.ts';

/** What a database is followed by. */
export interface FollowOptions {
  readonly lists: Lists;
  readonly dialect: Dialect;
  /** How often everybody is listed again. */
  readonly refreshMs: number;
  /** How often changes are asked for. */
  readonly pollMs: number;
  /** Whether people whom nothing lists, or whoever takes the mail of the rest, may have an address. */
  readonly areSomeUnlisted: boolean;
  /** Opens a connection that has time. */
  readonly open: (signal: AbortSignal) => Promise<SqlConnection>;
  readonly making: (connection: SqlConnection) => Pick<Making, 'find' | 'view'>;
  /** Looks whether the connection shows people; throws where it doesn't. */
  readonly prove: (connection: SqlConnection) => Promise<unknown>;
  /** Resolves when there may be something new. */
  readonly woken: () => Promise<void>;
}

/** The statements that list everybody. */
export interface Lists {
  readonly accounts: Listing;
  readonly aliases?: Listing;
  readonly groups?: Listing;
}

/** One kind of entries. */
interface Kind {
  readonly part: string;
  readonly listing: Listing;
  readonly make: Make;
}

/** So many changes are looked at one by one; more, and listing everybody is quicker. */
const MOST_CHANGES = 5000;
const BATCH = 100;
/** Entries of so many keys are made at once, and what they take is asked for together. */
const TOGETHER = 25;

type Told<T> = AsyncGenerator<readonly Change[], T>;

/** Lists everybody, asks for what changed, and lists anew now and then: what was deleted shows in no other way. */
export async function* followTables(
  options: FollowOptions,
  cursor: string | undefined,
  signal: AbortSignal,
): Told<never> {
  const due = createDue(options.refreshMs);
  const leftMs = ({ listedAt }: State): number => due.leftMs(wallClock.now() - listedAt);
  let state = cursor === undefined ? undefined : parseState(cursor);
  const connection = await options.open(signal);
  const abort = (): void => connection.close();
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    const feed = createFeed(options, connection, signal);
    for (;;) {
      const woken = options.woken();
      if (state === undefined || leftMs(state) <= 0) state = yield* feed.list(state);
      else state = yield* feed.poll(state);
      await pause(Math.max(0, Math.min(options.pollMs, leftMs(state))), signal, woken);
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', abort);
    connection.close();
  }
}

interface Feed {
  list(before: State | undefined): Told<State>;
  poll(state: State): Told<State>;
}

function createFeed(options: FollowOptions, connection: SqlConnection, signal: AbortSignal): Feed {
  const { lists, dialect, refreshMs, pollMs, areSomeUnlisted } = options;
  const base = options.making(connection);
  const listed = async (id: string): Promise<readonly Named[]> => {
    const groups = await rowsOfKeys(connection, lists.accounts, [id]);
    const made = groups.map((rows) => makeAccounts(rows, lists.accounts, making(false)));
    return (await Promise.all(made)).flat();
  };
  const making = (isWhole: boolean): Making => ({ ...base, listed, isWhole });
  const kinds = kindsOf(lists);
  const areChangesTold = kinds.every(({ listing }) => listing.changed !== undefined);
  const now = (): number => preciseClock.now();

  const markOf = (state: State, begun: number): Mark => {
    const agoMs = now() - begun;
    const mark: Omit<Mark, 'nextMs'> = {
      kind: 'mark',
      cursor: JSON.stringify(state),
      agoMs,
      ...(areSomeUnlisted && { lacksSome: true }),
    };
    return areChangesTold
      ? {
          ...mark,
          nextMs: pollMs + agoMs,
          feed: FEEDS.rows,
          ...(!areSomeUnlisted && { tellsNew: true }),
        }
      : { ...mark, nextMs: refreshMs + agoMs, feed: FEEDS.listings };
  };

  const put = async (
    { listing, make }: Kind,
    groups: readonly (readonly Row[])[],
    how: Making,
  ): Promise<Change> => {
    const entries: Named[] = [];
    for (let at = 0; at < groups.length; at += TOGETHER) {
      if (isLongEnough()) await letOthersRun();
      const some = groups.slice(at, at + TOGETHER);
      const made = await Promise.all(some.map((rows) => make(rows, listing, how)));
      entries.push(...made.flat());
    }
    return { kind: 'put', entries };
  };

  /**
   * Tells that all is told: by a database that shows people still, and is no copy of another, which may be far behind. Where the
   * first host fails, the feed goes on at the next one.
   */
  async function* tellMark(state: State, since: number): Told<void> {
    await options.prove(connection);
    yield [markOf(state, since)];
  }

  /** What changed since. A transaction may have begun long before it ends, so the next question looks back. */
  async function* follow(state: State): Told<State> {
    const [clock] = await connection.run(SINCE[dialect], []);
    const [since = ''] = textsIn(clock?.['since']);
    if (state.since !== undefined && since < state.since)
      throw new Gap(`the database's clock was set back: it says ${since} after ${state.since}`);
    for (const kind of kinds) {
      const { listing } = kind;
      if (listing.changed === undefined || state.since === undefined) continue;
      const rows = await connection.run(listing.changed(MOST_CHANGES + 1), [state.since]);
      if (rows.length > MOST_CHANGES)
        throw new Gap(`${listing.name} shows more than ${MOST_CHANGES} changes: all are listed`);
      const keys = keysIn(rows, listing);
      for (let at = 0; at < keys.length; at += BATCH) {
        const groups = await rowsOfKeys(connection, listing, keys.slice(at, at + BATCH));
        yield [await put(kind, groups, making(false))];
      }
    }
    return { ...state, since };
  }

  async function* listKind(kind: Kind, rest: (ms: number) => Promise<void>): Told<void> {
    const { part, listing } = kind;
    yield [{ kind: 'listing', part }];
    const before = await countOf(connection, listing);
    const pages = pagesOf(connection, listing);
    for (;;) {
      const begun = now();
      const page = await pages.next();
      if (page.done === true) return checkCount(connection, listing, before, page.value);
      yield [await put(kind, page.value, making(true))];
      await rest(now() - begun);
      signal.throwIfAborted();
    }
  }

  return {
    async *poll(before) {
      const begun = now();
      const state = yield* follow(before);
      if (areChangesTold) yield* tellMark(state, begun);
      return state;
    },
    /** Between its pages, what happens meanwhile is told: whatever was read last is newest. */
    async *list(before) {
      const begun = now();
      const listedAt = wallClock.now();
      const rest = before === undefined ? async () => {} : (ms: number) => pause(ms, signal);
      let state: State = yield* follow({ ...before, listedAt: before?.listedAt ?? 0 });
      let polledAt = now();
      for (const kind of kinds) {
        for await (const batch of listKind(kind, rest)) {
          yield batch;
          if (!areChangesTold || now() - polledAt < pollMs) continue;
          polledAt = now();
          state = yield* follow(state);
          if (before !== undefined) yield* tellMark(state, polledAt);
        }
      }
      polledAt = now();
      state = { ...(yield* follow(state)), listedAt };
      await options.prove(connection);
      yield [
        ...kinds.map(({ part }) => ({ kind: 'listed', part }) as const),
        markOf(state, areChangesTold ? polledAt : begun),
      ];
      return state;
    },
  };
}

const kindsOf = ({ accounts, aliases, groups }: Lists): readonly Kind[] => [
  { part: 'account', listing: accounts, make: makeAccounts },
  ...(aliases === undefined ? [] : [{ part: 'alias', listing: aliases, make: makeAliases }]),
  ...(groups === undefined ? [] : [{ part: 'group', listing: groups, make: makeGroups }]),
];

/** The time a minute ago, as columns of times are compared with: no transaction that changes people may take longer. */
const SINCE: Readonly<Record<Dialect, string>> = {
  postgresql: "SELECT CAST(now() - interval '60 seconds' AS text) AS since",
  mysql: 'SELECT CAST(NOW(6) - INTERVAL 60 SECOND AS CHAR) AS since',
  sqlite: "SELECT datetime('now', '-60 seconds') AS since",
};
