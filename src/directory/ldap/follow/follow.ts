import { PresenceFilter } from 'ldapts';
import { type Change, Fault } from '../../directory.ts';
import { textsOf } from '../people/values.ts';
import type { SearchRequest } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import { type Cursor, readCursor } from './cursor.ts';
import { followDirSync } from './dirsync.ts';
import { DIR_SYNC } from './dirsynccontrol.ts';
import { followByListing } from './list.ts';
import { partsOf } from './listed.ts';
import type { FollowOptions } from './options.ts';
import { type Outlet, runFeed } from './outlet.ts';
import { requestFor } from './request.ts';
import { beginSession, type Session } from './session.ts';
import { SYNC_REQUEST } from './synccontrol.ts';
import { followSyncrepl, NotSynchronised } from './syncrepl.ts';

/** Tells who is in a directory, and what changes, by the best way that its server has, or the one that is configured. */
export function followLdap(
  options: FollowOptions,
  cursor: string | undefined,
  signal: AbortSignal,
): AsyncIterable<readonly Change[]> {
  return runFeed((outlet, own) => feed(options, readCursor(cursor), outlet, own), signal);
}

async function feed(
  options: FollowOptions,
  cursor: Cursor | undefined,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<never> {
  // What can't be listed is to be told at once.
  for (const part of partsOf(options.accounts, options.groups)) requestFor(part);
  if (cursor?.feed === 'list' && options.feed !== 'syncrepl' && options.feed !== 'dirsync')
    return followByListing(undefined, cursor, options, outlet, signal);
  const connection = await options.open(signal);
  const stop = (): void => connection.close();
  signal.addEventListener('abort', stop);
  try {
    const session = await beginSession(connection, options, outlet, signal);
    const way = options.feed === 'auto' ? await bestWay(connection, signal) : options.feed;
    return await followBy(way, session, cursor?.feed === way ? cursor : undefined);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.close();
  }
}

async function followBy(
  way: Exclude<FollowOptions['feed'], 'auto'>,
  session: Session,
  cursor: Cursor | undefined,
): Promise<never> {
  const { options, outlet, signal } = session;
  if (way === 'dirsync') return followDirSync(session, cursor);
  if (way === 'list') return followByListing(session, cursor, options, outlet, signal);
  try {
    return await followSyncrepl(session, cursor);
  } catch (error) {
    // A server may know the control, and not do it for this tree.
    if (!(error instanceof NotSynchronised) || options.feed !== 'auto') throw error;
    return followByListing(session, undefined, options, outlet, signal);
  }
}

/** What a server says at its root that it can do. */
const ROOT: SearchRequest = {
  base: '',
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: ['supportedControl'],
  sizeLimit: 0,
};

/** The best way to follow a server. */
export async function bestWay(
  connection: Connection,
  signal: AbortSignal,
): Promise<Exclude<FollowOptions['feed'], 'auto'>> {
  const { code, entries } = await connection.search(ROOT, signal);
  if (code !== 0) throw new Fault('directory', `${connection.server} does not show its root`);
  const controls = entries.flatMap((entry) => textsOf(entry, 'supportedControl'));
  if (controls.includes(SYNC_REQUEST)) return 'syncrepl';
  return controls.includes(DIR_SYNC) ? 'dirsync' : 'list';
}
