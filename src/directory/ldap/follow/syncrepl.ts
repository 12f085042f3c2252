import { AndFilter, PresenceFilter } from 'ldapts';
import { preciseClock } from '../../../clock.ts';
import { Fault, Gap } from '../../directory.ts';
import { pause } from '../../waiting.ts';
import { softwareOf } from '../servers/software.ts';
import type { Hear, Reply } from '../wire/operations.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import type { Folders } from './folders.ts';
import { type Part, refFor } from './listed.ts';
import { createRefresh, type Refresh } from './refresh.ts';
import { requestFor } from './request.ts';
import type { Session } from './session.ts';
import { guardAgainstSilence } from './silence.ts';
import {
  REFRESH_REQUIRED,
  readSyncInfo,
  readSyncState,
  SYNC_INFO,
  SYNC_STATE,
  SyncRequest,
} from './synccontrol.ts';

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
  const software = await softwareOf(connection, signal);
  const folders = await session.watchFolders();
  // A cookie is its server's. 389-DS does not tell a resumed one who has left the filter, and nobody tells of moved folders.
  const isResumed =
    cursor !== undefined &&
    software !== '389ds' &&
    cursor.server === connection.server &&
    cursor.folders === folders.digest() &&
    (await maySeeChanges(session));
  const known = isResumed ? (cursor.cookies ?? {}) : {};
  const cookies: Record<string, string> = { ...known };
  const formatId = software === '389ds' ? formatNsUniqueId : formatUuid;
  const refreshes = new Map<Part, Refresh>();
  const silence = guardAgainstSilence(outlet, stallMs);
  let provenAt = preciseClock.now();
  const refreshed = Promise.withResolvers<void>();
  let isLive = false;

  const mark = (): void =>
    outlet.tell({
      kind: 'mark',
      cursor: writeCursor({
        feed: 'syncrepl',
        server: connection.server,
        folders: folders.digest(),
        // Nobody would tell again of a group that is in doubt: all of them are listed anew then.
        cookies: session.empties.count() > 0 ? without(cookies, 'group') : { ...cookies },
      }),
      agoMs: Math.max(0, preciseClock.now() - provenAt),
      nextMs: pulseMs,
      tellsNew: true,
    });
  let isMarking = false;
  /** One for all that came at a time. */
  function markSoon(): void {
    if (!isLive || isMarking) return;
    isMarking = true;
    setImmediate(() => {
      isMarking = false;
      mark();
    });
  }

  const hear =
    (part: Part): Hear =>
    (heard) => {
      silence.heard();
      const { kind } = part.branch;
      const refresh = refreshes.get(part);
      const keep = (cookie: Buffer | undefined): void => {
        if (cookie !== undefined) cookies[kind] = cookie.toString('base64');
      };
      if (heard.kind === 'entry') {
        const control = heard.controls.get(SYNC_STATE);
        if (control === undefined) throw new Error('an entry came without its state');
        const { state, id, cookie } = readSyncState(control);
        const ref = refFor(part.branch, formatId(id));
        if (state === 'delete') refresh?.gone([ref]);
        else if (state === 'present') refresh?.still([ref]);
        else refresh?.put(ref, session.empties.listed(ref, heard.entry, part));
        if (state === 'delete') session.empties.forget([ref]);
        keep(cookie);
        markSoon();
        return;
      }
      if (heard.oid !== SYNC_INFO || heard.value === undefined) return;
      const info = readSyncInfo(heard.value);
      keep(info.cookie);
      if (info.is === 'gone' || info.is === 'present') {
        const refs = info.ids.map((id) => refFor(part.branch, formatId(id)));
        if (info.is === 'present') refresh?.still(refs);
        else refresh?.gone(refs);
        if (info.is === 'gone') session.empties.forget(refs);
      } else if (info.is === 'refreshDelete' || info.is === 'refreshPresent') {
        if (info.is === 'refreshPresent') refresh?.present();
        if (info.isDone) refresh?.end();
        if ([...refreshes.values()].every(({ isOver }) => isOver())) refreshed.resolve();
      }
      markSoon();
    };

  async function listen(part: Part): Promise<never> {
    const cookie = known[part.branch.kind];
    const control = new SyncRequest(
      cookie === undefined ? undefined : Buffer.from(cookie, 'base64'),
    );
    const reply = await connection.listen(requestFor(part), [control], hear(part), signal);
    throw endOf(reply, connection.server, cookie !== undefined);
  }

  async function goOn(): Promise<never> {
    await Promise.race([refreshed.promise, silence.fault]);
    silence.stop();
    await provenWith(folders);
    for (const refresh of refreshes.values()) refresh.conclude();
    isLive = true;
    mark();
    for (;;) {
      await pause(pulseMs, signal);
      await provenWith(folders);
      mark();
    }
  }

  async function provenWith(watched: Folders): Promise<void> {
    const at = preciseClock.now();
    await session.prove(watched);
    provenAt = at - LAG_MS;
  }

  for (const part of parts)
    refreshes.set(
      part,
      createRefresh(part.branch.kind, known[part.branch.kind] !== undefined, outlet),
    );
  try {
    return await Promise.race([...parts.map(listen), goOn()]);
  } finally {
    silence.stop();
  }
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

const without = (
  { ...cookies }: Record<string, string>,
  kind: string,
): Readonly<Record<string, string>> => {
  delete cookies[kind];
  return cookies;
};

const formatUuid = (id: Buffer): string =>
  id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** 389-DS's own form of an id. */
const formatNsUniqueId = (id: Buffer): string =>
  id.toString('hex').replace(/^(.{8})(.{8})(.{8})(.{8})$/, '$1-$2-$3-$4');

const UNAVAILABLE = 12;
const UNWILLING = 53;
const LIMITS: ReadonlySet<number> = new Set([3, 4, 11]);

/** Why a search ended that should not. */
function endOf({ code, diagnostic }: Reply, server: string, isResumed: boolean): Fault {
  const words = diagnostic === '' ? '' : ` (${diagnostic})`;
  if (code === REFRESH_REQUIRED)
    return new Gap(`${server} does not know any more what changed since it was last asked${words}`);
  // slapd is unwilling where what is known is newer than what it holds: it was restored from a copy.
  if (code === UNWILLING && isResumed)
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
