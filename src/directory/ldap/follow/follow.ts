import { PresenceFilter } from 'ldapts';
import { type Change, Fault } from '../../directory.ts';
import { textsOf } from '../people/values.ts';
import type { SearchRequest } from '../search.ts';
import { type Cursor, readCursor } from './cursor.ts';
import { followDirSync } from './dirsync.ts';
import { DIR_SYNC } from './dirsynccontrol.ts';
import { computedIn } from './filterattributes.ts';
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
  if (cursor?.feed === 'list' && LISTING.has(options.feed))
    return followByListing(undefined, cursor, options, outlet, signal);
  const connection = await options.open(signal);
  const stop = (): void => connection.close();
  signal.addEventListener('abort', stop);
  try {
    const session = await beginSession(connection, options, outlet, signal);
    const way = await wayOf(session);
    return await followBy(way, session, cursor?.feed === way ? cursor : undefined);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.close();
  }
}

const LISTING: ReadonlySet<FollowOptions['feed']> = new Set(['auto', 'list']);

async function wayOf(session: Session): Promise<Way> {
  const { feed: wanted } = session.options;
  if (wanted === 'auto') return bestWay(session);
  const computed = computedIn(session.parts);
  if (wanted === 'list' || computed === undefined) return wanted;
  throw new Fault(
    'directory',
    `people are chosen by ${computed}, which other entries decide: nobody tells when it changes, set mirror.feed: list`,
  );
}

/** How a server is followed. */
export type Way = Exclude<FollowOptions['feed'], 'auto'>;

async function followBy(way: Way, session: Session, cursor: Cursor | undefined): Promise<never> {
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
export async function bestWay({
  connection,
  parts,
  signal,
}: Pick<Session, 'connection' | 'parts' | 'signal'>): Promise<Way> {
  if (computedIn(parts) !== undefined) return 'list';
  const { code, entries } = await connection.search(ROOT, signal);
  if (code !== 0) throw new Fault('directory', `${connection.server} does not show its root`);
  const controls = entries.flatMap((entry) => textsOf(entry, 'supportedControl'));
  if (controls.includes(SYNC_REQUEST)) return 'syncrepl';
  return controls.includes(DIR_SYNC) ? 'dirsync' : 'list';
}
