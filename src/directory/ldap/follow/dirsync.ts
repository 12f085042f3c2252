import { ageOf, preciseClock, stampNow } from '../../../clock.ts';
import type { Listed } from '../../directory.ts';
import { createDue } from '../../due.ts';
import { FEEDS } from '../../feeds.ts';
import { pause } from '../../waiting.ts';
import { idOf, textsOf } from '../people/values.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import { comparable } from '../trust/self.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import { changesIn, contextsOf } from './dirsyncchanges.ts';
import { type Part, refFor } from './listed.ts';
import { listPages, wholeEntry } from './pages.ts';
import { requestFor } from './request.ts';
import type { Session } from './session.ts';

/** What was committed when it was asked for may be told the next time. */
const LAG_MS = 1000;
/** So many that changed are read at once. */
const WIDTH = 16;

/**
 * Follows Active Directory: everybody is listed, then DirSync is asked again and again who has changed. It tells of everybody,
 * whatever the branches are, so each one is read anew through its branch's own search. Who was deleted is shown to few; the
 * others learn it by listing everybody again.
 */
export async function followDirSync(session: Session, cursor: Cursor | undefined): Promise<never> {
  const { connection, parts, outlet, options, signal } = session;
  const { pollMs, refreshMs, timing } = options;
  const due = createDue(refreshMs);
  const contexts = await contextsOf(session);
  const folders = await session.watchFolders();
  const known = knownTo(cursor, connection.server, folders.digest());
  const cookies = new Map(contexts.flatMap((name) => cookieOf(name, known)));
  let listed = cookies.size === contexts.length ? known?.listed : undefined;
  let polledAt = preciseClock.now();
  let provenAt = Number.NEGATIVE_INFINITY;

  const mark = (askedAt: number): void =>
    outlet.tell({
      kind: 'mark',
      cursor: writeCursor({
        feed: 'dirsync',
        server: connection.server,
        folders: folders.digest(),
        cookies: Object.fromEntries(cookies),
        ...(listed !== undefined && { listed }),
      }),
      agoMs: preciseClock.now() - askedAt + LAG_MS,
      nextMs: pollMs,
      tellsNew: true,
      feed: FEEDS.dirsync,
    });

  /** Asks who changed, and tells what they are now. */
  async function poll(): Promise<void> {
    polledAt = preciseClock.now();
    let count = 0;
    for (const context of contexts) {
      const from = Buffer.from(cookies.get(context) ?? '', 'base64');
      const { changed, cookie } = await changesIn(session, context, 'everybody', from);
      await tellChanged(changed);
      cookies.set(context, cookie.toString('base64'));
      count += changed.length;
    }
    if (count === 0 && polledAt - provenAt <= timing.pulseMs) return;
    await session.prove(folders);
    provenAt = polledAt;
  }

  async function list(pace: 'at once' | 'resting'): Promise<void> {
    const begun = stampNow();
    await listPages(session, pace, async () => {
      if (listed === undefined || preciseClock.now() - polledAt < pollMs) return;
      await poll();
      mark(polledAt);
    });
    listed = begun;
  }

  async function tellChanged(changed: readonly LdapEntry[]): Promise<void> {
    for (let i = 0; i < changed.length; i += WIDTH) {
      const some = changed.slice(i, i + WIDTH);
      const told = await Promise.all(
        some.flatMap((entry) => parts.map((part) => readNow(entry, part, session))),
      );
      const entries = told.filter((each) => typeof each !== 'string');
      const refs = told.filter((each) => typeof each === 'string');
      if (entries.length > 0) outlet.tell({ kind: 'put', entries });
      if (refs.length > 0) outlet.tell({ kind: 'gone', refs });
      await outlet.drained();
    }
  }

  if (listed === undefined) {
    // Where it is now, without all that there ever was; what changes while people are listed is told afterwards.
    for (const context of contexts) {
      const { cookie } = await changesIn(session, context, 'nobody', Buffer.alloc(0));
      cookies.set(context, cookie.toString('base64'));
    }
    await list(cursor === undefined ? 'at once' : 'resting');
  }
  for (;;) {
    await poll();
    mark(polledAt);
    await pause(pollMs, signal);
    if (listed === undefined || due.leftMs(ageOf(listed)) <= 0) await list('resting');
  }
}

/** What is known from before, where it is of this server and nobody has moved since with a folder. */
const knownTo = (
  cursor: Cursor | undefined,
  server: string,
  folders: string,
): Cursor | undefined =>
  cursor?.server === server && cursor.folders === folders ? cursor : undefined;

const cookieOf = (
  context: string,
  known: Cursor | undefined,
): readonly (readonly [context: string, cookie: string])[] => {
  const cookie = known?.cookies?.[context];
  return cookie === undefined ? [] : [[context, cookie]];
};

/** What somebody who changed is now in a part; a `ref`: nobody. */
async function readNow(
  entry: LdapEntry,
  part: Part,
  session: Session,
): Promise<readonly [ref: string, entry: Listed] | string> {
  const id = idOf(entry, ['objectGUID']);
  const ref = refFor(part.branch, id);
  if (textsOf(entry, 'isDeleted').includes('TRUE')) return ref;
  const request = requestFor(part);
  const here = { ...request, base: `<GUID=${id}>`, scope: 'base', baseMayBeAbsent: true } as const;
  const [found] = await session.search(here);
  if (found === undefined || !liesIn(found.dn, request)) return ref;
  return wholeEntry(session, part, found);
}

/** Whether an entry lies where a request looks. */
function liesIn(dn: string, { base, scope }: SearchRequest): boolean {
  const [own, above] = [comparable(dn), comparable(base)];
  if (own === above) return scope !== 'one';
  if (!own.endsWith(`,${above}`)) return false;
  return scope === 'sub' || !/(?<!\\),/.test(own.slice(0, -above.length - 1));
}
