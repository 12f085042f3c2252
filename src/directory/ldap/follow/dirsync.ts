import { NotFilter, PresenceFilter } from 'ldapts';
import { preciseClock } from '../../../clock.ts';
import { Fault, Gap, type Listed } from '../../directory.ts';
import { pause } from '../../waiting.ts';
import { textsOf } from '../people/values.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import { comparable } from '../trust/self.ts';
import type { Reply } from '../wire/operations.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import { DIR_SYNC, DirSyncRequest, readDirSync } from './dirsynccontrol.ts';
import { type Part, refFor, refOf } from './listed.ts';
import { listPages, wholeEntry } from './pages.ts';
import { requestFor } from './request.ts';
import type { Session } from './session.ts';

/** What was committed when it was asked for may be told the next time. */
const LAG_MS = 1000;
/** So many that changed are read at once. */
const WIDTH = 16;

/**
 * Follows Active Directory: everybody is listed, then DirSync is asked again and again who has changed. It tells what may not
 * be in the branches at all, and not what has left them, so each is read anew through its branch's own search.
 */
export async function followDirSync(session: Session, cursor: Cursor | undefined): Promise<never> {
  const { connection, parts, outlet, options, signal } = session;
  const contexts = await contextsOf(session);
  const folders = await session.watchFolders();
  const isResumed = cursor?.server === connection.server && cursor.folders === folders.digest();
  const cookies = new Map<string, Buffer>();
  for (const context of contexts) {
    const known = isResumed ? cursor.cookies?.[context] : undefined;
    if (known !== undefined) cookies.set(context, Buffer.from(known, 'base64'));
  }
  const mark = (askedAt: number): void =>
    outlet.tell({
      kind: 'mark',
      cursor: writeCursor({
        feed: 'dirsync',
        server: connection.server,
        folders: folders.digest(),
        // Nobody would tell again of a group that is in doubt.
        cookies:
          session.empties.count() > 0
            ? {}
            : Object.fromEntries(
                [...cookies].map(([name, each]) => [name, each.toString('base64')]),
              ),
      }),
      agoMs: preciseClock.now() - askedAt + LAG_MS,
      nextMs: options.pollMs,
      tellsNew: true,
    });

  if (contexts.some((context) => !cookies.has(context))) {
    const at = preciseClock.now();
    // Where it is now, without all that there ever was; what changes while people are listed is told afterwards.
    for (const context of contexts)
      cookies.set(context, (await changesIn(session, context, NOBODY, EMPTY)).cookie);
    await listPages(session, cursor === undefined ? 'at once' : 'resting');
    mark(at);
  }
  let provenAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const at = preciseClock.now();
    let count = 0;
    for (const context of contexts) {
      const { changed, cookie } = await changesIn(
        session,
        context,
        SOMEBODY,
        cookies.get(context) ?? EMPTY,
      );
      await tellChanged(session, changed);
      cookies.set(context, cookie);
      count += changed.length;
    }
    if (count > 0 || at - provenAt > options.timing.pulseMs) {
      await session.prove(folders);
      provenAt = at;
    }
    mark(at);
    await pause(options.pollMs, signal);
  }

  /** Tells what those that changed are now. */
  async function tellChanged({ search }: Session, changed: readonly LdapEntry[]): Promise<void> {
    for (let i = 0; i < changed.length; i += WIDTH) {
      const some = changed.slice(i, i + WIDTH);
      const told = await Promise.all(
        some.flatMap((entry) => parts.map((part) => readNow(entry, part))),
      );
      const entries = told.filter((each) => typeof each !== 'string');
      const refs = told.filter((each) => typeof each === 'string');
      if (entries.length > 0) outlet.tell({ kind: 'put', entries });
      if (refs.length > 0) outlet.tell({ kind: 'gone', refs });
      session.empties.forget(refs);
      await outlet.drained();
    }

    async function readNow(
      entry: LdapEntry,
      part: Part,
    ): Promise<readonly [string, Listed] | string> {
      const ref = refOf(entry, { ...part, branch: { ...part.branch, id: ['objectGUID'] } });
      if (textsOf(entry, 'isDeleted').includes('TRUE')) return ref;
      const request = requestFor(part);
      const base = `<GUID=${ref.slice(refFor(part.branch, '').length)}>`;
      const [found] = await search({ ...request, base, scope: 'base', baseMayBeAbsent: true });
      if (found === undefined || !liesIn(found.dn, request)) return ref;
      return wholeEntry(session, part, found);
    }
  }
}

const SOMEBODY = new PresenceFilter({ attribute: 'objectClass' });
const NOBODY = new NotFilter({ filter: SOMEBODY });
const EMPTY = Buffer.alloc(0);

/** What changed in a naming context since a cookie, and the next one. */
async function changesIn(
  session: Session,
  base: string,
  filter: SearchRequest['filter'],
  from: Buffer,
): Promise<{ readonly changed: readonly LdapEntry[]; readonly cookie: Buffer }> {
  const { connection, parts, options, signal } = session;
  const attributes = [
    ...new Set([
      ...parts.flatMap((part) => part.attributes),
      'objectGUID',
      'isDeleted',
      'name',
      'parentGUID',
    ]),
  ];
  // Its values are read again; of those that changed nothing but the id is kept.
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
