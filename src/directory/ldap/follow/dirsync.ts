import { NotFilter, PresenceFilter } from 'ldapts';
import { ageOf, preciseClock, stampNow } from '../../../clock.ts';
import { Fault, Gap, type Listed } from '../../directory.ts';
import { pause } from '../../waiting.ts';
import { idOf, textsOf } from '../people/values.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import { comparable } from '../trust/self.ts';
import type { Reply } from '../wire/operations.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import { DIR_SYNC, DirSyncRequest, readDirSync } from './dirsynccontrol.ts';
import { attributesIn } from './filterattributes.ts';
import { spread } from './list.ts';
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
  const { connection, parts, outlet, options, signal, empties } = session;
  const { pollMs, refreshMs, timing } = options;
  const contexts = await contextsOf(session);
  const folders = await session.watchFolders();
  const isResumed = cursor?.server === connection.server && cursor.folders === folders.digest();
  const cookies = new Map<string, string>(isResumed ? Object.entries(cursor.cookies ?? {}) : []);
  let listed = isResumed ? cursor.listed : undefined;
  let polledAt = preciseClock.now();
  let provenAt = Number.NEGATIVE_INFINITY;

  const mark = (askedAt: number): void =>
    outlet.tell({
      kind: 'mark',
      cursor: writeCursor({
        feed: 'dirsync',
        server: connection.server,
        folders: folders.digest(),
        // Nobody would tell again of a group that is in doubt.
        cookies: empties.count() > 0 ? {} : Object.fromEntries(cookies),
        ...(listed !== undefined && { listed }),
      }),
      agoMs: preciseClock.now() - askedAt + LAG_MS,
      nextMs: pollMs,
      tellsNew: true,
    });

  /** Asks who changed, and tells what they are now. */
  async function poll(): Promise<void> {
    polledAt = preciseClock.now();
    let count = 0;
    for (const context of contexts) {
      const from = Buffer.from(cookies.get(context) ?? '', 'base64');
      const { changed, cookie } = await changesIn(session, context, SOMEBODY, from);
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
      empties.forget(refs);
      await outlet.drained();
    }
  }

  if (listed === undefined || contexts.some((context) => !cookies.has(context))) {
    listed = undefined;
    // Where it is now, without all that there ever was; what changes while people are listed is told afterwards.
    for (const context of contexts) {
      const { cookie } = await changesIn(session, context, NOBODY, Buffer.alloc(0));
      cookies.set(context, cookie.toString('base64'));
    }
    await list(cursor === undefined ? 'at once' : 'resting');
  }
  for (let dueMs = refreshMs * spread(); ; ) {
    await poll();
    mark(polledAt);
    await pause(pollMs, signal);
    if (listed !== undefined && ageOf(listed) < dueMs) continue;
    await list('resting');
    dueMs = refreshMs * spread();
  }
}

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

const SOMEBODY = new PresenceFilter({ attribute: 'objectClass' });
const NOBODY = new NotFilter({ filter: SOMEBODY });

/** What changed in a naming context since a cookie, and the next one. */
async function changesIn(
  session: Session,
  base: string,
  filter: SearchRequest['filter'],
  from: Buffer,
): Promise<{ readonly changed: readonly LdapEntry[]; readonly cookie: Buffer }> {
  const { connection, parts, options, signal } = session;
  // Whoever changed in another one is not told of. Values are read again: of those who changed only the id is kept.
  const attributes = [
    ...new Set([
      ...parts.flatMap((part) => [...part.attributes, ...attributesIn(requestFor(part).filter)]),
      ...['objectGUID', 'isDeleted', 'name', 'parentGUID'],
    ]),
  ];
  const changed = new Map<string, LdapEntry>();
  let cookie = from;
  for (;;) {
    const { promise: stalled, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Fault('timeout', `${connection.server} did not say in time what changed`)),
      options.timing.stallMs,
    );
    const asked = connection.listen(
      { base, scope: 'sub', filter, attributes, sizeLimit: 0 },
      [new DirSyncRequest(cookie)],
      (heard) => {
        timer.refresh();
        if (heard.kind !== 'entry') return;
        const { entry } = heard;
        const guid = entry.attributes.get('objectguid')?.[0];
        if (guid === undefined) return;
        const isDeleted = entry.attributes.get('isdeleted') ?? [];
        const kept = new Map([
          ['objectguid', [guid]],
          ['isdeleted', isDeleted],
        ]);
        changed.set(guid.toString('hex'), { dn: entry.dn, attributes: kept });
        if (changed.size > MOST_CHANGES)
          throw new Error(`more than ${MOST_CHANGES} changes at a time`);
      },
      signal,
    );
    try {
      const reply = await Promise.race([asked, stalled]);
      const next = goOn(reply, connection.server, cookie.length > 0);
      cookie = next.cookie;
      if (!next.hasMore) return { changed: [...changed.values()], cookie };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** More than so many that changed, and it costs less to list all. */
const MOST_CHANGES = 100_000;

function goOn(
  { code, diagnostic, controls }: Reply,
  server: string,
  isResumed: boolean,
): ReturnType<typeof readDirSync> {
  const value = controls.get(DIR_SYNC);
  if (code === 0 && value !== undefined) return readDirSync(value);
  const words = diagnostic === '' ? '' : ` (${diagnostic})`;
  const reason = `${server} does not say what changed, code ${code}${words}`;
  // Another one's cookie, or one that is too old.
  throw isResumed && code !== UNAVAILABLE ? new Gap(reason) : new Fault('directory', reason);
}

const UNAVAILABLE = 12;

/** Whether an entry lies where a request looks. */
function liesIn(dn: string, { base, scope }: SearchRequest): boolean {
  const [own, above] = [comparable(dn), comparable(base)];
  if (own === above) return scope !== 'one';
  if (!own.endsWith(`,${above}`)) return false;
  return scope === 'sub' || !/(?<!\\),/.test(own.slice(0, -above.length - 1));
}

/** The naming contexts that the parts lie in: DirSync takes no other base. */
async function contextsOf({ search, parts }: Session): Promise<readonly string[]> {
  const [root] = await search({
    base: '',
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['namingContexts'],
    sizeLimit: 0,
  });
  const all = root === undefined ? [] : textsOf(root, 'namingContexts');
  const within = parts.map(({ branch }) => {
    const base = comparable(branch.commonBase);
    const above = all
      .filter((each) => base === comparable(each) || base.endsWith(`,${comparable(each)}`))
      .toSorted((a, b) => b.length - a.length);
    if (above[0] === undefined)
      throw new Fault('directory', `${branch.commonBase} lies in none of the server's contexts`);
    return above[0];
  });
  return [...new Set(within)];
}
