import { ageOf, preciseClock, stampNow } from '../../../clock.ts';
import { createDue } from '../../due.ts';
import { FEEDS } from '../../feeds.ts';
import { SPREAD } from '../../spread.ts';
import { pause } from '../../waiting.ts';
import type { Connection } from '../wire/connection.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import type { FollowOptions } from './options.ts';
import type { Outlet } from './outlet.ts';
import { listPages } from './pages.ts';
import { beginSession, type Session } from './session.ts';

/**
 * Follows a server that tells of no changes: everybody is listed, and again from time to time, each time on a connection of
 * its own.
 */
export async function followByListing(
  session: Session | undefined,
  cursor: Cursor | undefined,
  options: FollowOptions,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<never> {
  const due = createDue(options.refreshMs);
  let first = session;
  if (cursor?.feed === 'list' && cursor.listed !== undefined) {
    const ageMs = ageOf(cursor.listed);
    const tookMs = cursor.tookMs ?? 0;
    // What was listed before a restart is as good as it was.
    if (ageMs < options.refreshMs)
      outlet.tell({ ...markOf(cursor, ageMs, tookMs, options.refreshMs), toldMs: ageMs });
    await pause(Math.max(0, due.leftMs(ageMs)), signal);
  }
  for (let isFirst = cursor === undefined; ; isFirst = false) {
    const own = first ?? (await beginSession(await options.open(signal), options, outlet, signal));
    first = undefined;
    await listOnce(own, isFirst, options, outlet);
    // The server rests as long, however long that took.
    await pause(due.leftMs(0), signal);
  }
}

async function listOnce(
  session: Session,
  isFirst: boolean,
  { refreshMs }: FollowOptions,
  outlet: Outlet,
): Promise<void> {
  const { connection } = session;
  try {
    const listed = stampNow();
    const at = preciseClock.now();
    await listPages(session, isFirst ? 'at once' : 'resting');
    const tookMs = preciseClock.now() - at;
    const cursor: Cursor = { feed: 'list', server: connection.server, listed, tookMs };
    outlet.tell(markOf(cursor, tookMs, tookMs, refreshMs));
  } finally {
    end(connection);
  }
}

const end = (connection: Connection): void => connection.close();

const markOf = (cursor: Cursor, agoMs: number, tookMs: number, refreshMs: number) =>
  ({
    kind: 'mark',
    cursor: writeCursor(cursor),
    agoMs,
    nextMs: Math.ceil(refreshMs * (1 + SPREAD) + 2 * tookMs),
    feed: FEEDS.listings,
  }) as const;
