import { AndFilter, PresenceFilter } from 'ldapts';
import { preciseClock } from '../../../clock.ts';
import { Fault, Gap } from '../../directory.ts';
import { FEEDS } from '../../feeds.ts';
import { pause } from '../../waiting.ts';
import { type Software, softwareOf } from '../servers/software.ts';
import type { Reply } from '../wire/operations.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import type { Folders } from './folders.ts';
import { hearSync } from './hearsync.ts';
import { createRefresh } from './refresh.ts';
import { requestFor } from './request.ts';
import type { Session } from './session.ts';
import { guardAgainstSilence } from './silence.ts';
import { REFRESH_REQUIRED, SyncRequest } from './synccontrol.ts';

/** The server has the control, but does not do it here. */
export class NotSynchronised extends Fault {
  constructor(reason: string) {
    super('directory', reason);
    this.name = 'NotSynchronised';
  }
}

/**
 * What was committed when a proof is asked for may come behind its answer: slapd sends it from another thread, seen 7 ms
 * later. So long ago all that had changed has been told.
 */
const LAG_MS = 1000;

/**
 * Follows a server by content synchronisation: one search a part, all on one connection, and a proof on that from time to
 * time, for a feed on which nothing changes looks like a dead one.
 * @see RFC 4533
 */
export async function followSyncrepl(session: Session, cursor: Cursor | undefined): Promise<never> {
  const { connection, parts, outlet, options, signal } = session;
  const { pulseMs, stallMs } = options.timing;
  const { server } = connection;
  const software = await softwareOf(connection, signal);
  const folders = await session.watchFolders();
  const known = await knownTo(session, software, folders, cursor);
  const cookies: Record<string, string> = { ...known };
  const silence = guardAgainstSilence(outlet, stallMs);
  const refreshed = Promise.withResolvers<void>();
  let provenAt = preciseClock.now();
  let state: 'refreshing' | 'live' | 'marking' = 'refreshing';

  const mark = (): void =>
    outlet.tell({
      kind: 'mark',
      cursor: writeCursor({
        feed: 'syncrepl',
        server,
        folders: folders.digest(),
        cookies: { ...cookies },
      }),
      agoMs: Math.max(0, preciseClock.now() - provenAt),
      nextMs: pulseMs,
      tellsNew: true,
      feed: FEEDS.syncrepl,
    });

  /** One for all that came at a time. */
  function markSoon(): void {
    if (state !== 'live') return;
    state = 'marking';
    setImmediate(() => {
      state = 'live';
      mark();
    });
  }

  async function prove(): Promise<void> {
    const at = preciseClock.now();
    await session.prove(folders);
    provenAt = at - LAG_MS;
  }

  const searches = parts.map((part) => {
    const { kind } = part.branch;
    const refresh = createRefresh(kind, known[kind] !== undefined, outlet);
    const formatId = software === '389ds' ? formatNsUniqueId : formatUuid;
    const heard = (cookie: Buffer | undefined): void => {
      silence.heard();
      if (cookie !== undefined) cookies[kind] = cookie.toString('base64');
      if (searches.every(({ refresh: each }) => each.isOver())) refreshed.resolve();
      markSoon();
    };
    return { part, refresh, hear: hearSync({ part, refresh, formatId, heard }) };
  });

  async function listen({ part, hear }: (typeof searches)[number]): Promise<never> {
    const cookie = known[part.branch.kind];
    const from = cookie === undefined ? undefined : Buffer.from(cookie, 'base64');
    const request = requestFor(part);
    const reply = await connection.listen(request, [new SyncRequest(from)], hear, signal);
    throw endOf(reply, server, from === undefined ? 'fresh' : 'resumed');
  }

  async function goOn(): Promise<never> {
    await Promise.race([refreshed.promise, silence.fault]);
    silence.stop();
    await prove();
    for (const { refresh } of searches) refresh.conclude();
    state = 'live';
    mark();
    for (;;) {
      await pause(pulseMs, signal);
      await prove();
      mark();
    }
  }

  try {
    return await Promise.race([...searches.map(listen), goOn()]);
  } finally {
    silence.stop();
  }
}

/**
 * The cookies to go on from. One is its server's; 389-DS does not tell a resumed search who has left the filter; nobody tells
 * of those in a folder that was moved.
 */
async function knownTo(
  session: Session,
  software: Software,
  folders: Folders,
  cursor: Cursor | undefined,
): Promise<Readonly<Record<string, string>>> {
  const isKnown =
    software !== '389ds' &&
    cursor?.server === session.connection.server &&
    cursor.folders === folders.digest() &&
    (await maySeeChanges(session));
  return isKnown ? (cursor.cookies ?? {}) : {};
}

/**
 * Whether a resumed search can find what changed. OpenLDAP looks for it by entryCSN with the rights of whoever asks: without
 * that one it tells of nobody who is new or has changed, and calls them all unchanged.
 */
export async function maySeeChanges({ connection, parts, signal }: ChangesSeen): Promise<boolean> {
  const changed = new PresenceFilter({ attribute: 'entryCSN' });
  for (const part of parts) {
    const { filter, ...request } = requestFor(part);
    const some = { ...request, attributes: [], sizeLimit: 1 };
    const all = { ...some, filter: new AndFilter({ filters: [filter, changed] }) };
    if ((await connection.search(all, signal)).entries.length > 0) continue;
    if ((await connection.search({ ...some, filter }, signal)).entries.length > 0) return false;
  }
  return true;
}

type ChangesSeen = Pick<Session, 'connection' | 'parts' | 'signal'>;

function formatUuid(id: Buffer): string {
  const hex = id.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 389-DS's own form of an id. */
function formatNsUniqueId(id: Buffer): string {
  const hex = id.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 16)}-${hex.slice(16, 24)}-${hex.slice(24)}`;
}

const UNAVAILABLE = 12;
const UNWILLING = 53;
const LIMITS: ReadonlySet<number> = new Set([3, 4, 11]);

/** Why a search ended that should not. */
function endOf({ code, diagnostic }: Reply, server: string, began: 'fresh' | 'resumed'): Fault {
  const words = diagnostic === '' ? '' : ` (${diagnostic})`;
  if (code === REFRESH_REQUIRED)
    return new Gap(`${server} does not know any more what changed since it was last asked${words}`);
  // slapd is unwilling where what is known is newer than what it holds: it was restored from a copy.
  if (code === UNWILLING && began === 'resumed')
    return new Gap(`${server} can't go on from where it was left${words}`);
  if (code === UNAVAILABLE)
    return new NotSynchronised(
      `${server} does not do content synchronisation here: add the overlay syncprov to the database, or switch on 389-DS's plugins Content Synchronization and Retro Changelog, or set mirror.feed: list`,
    );
  if (LIMITS.has(code))
    return new Fault(
      'directory',
      `${server} ends the listing at a limit, code ${code}${words}: let bind.dn read all, with olcLimits size=unlimited time=unlimited, or nsSizeLimit and nsLookThroughLimit of -1`,
    );
  return new Fault('directory', `${server} ended the synchronisation with code ${code}${words}`);
}
