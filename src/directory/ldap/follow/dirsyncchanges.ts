import { NotFilter, PresenceFilter } from 'ldapts';
import { Fault, Gap } from '../../directory.ts';
import { textsOf } from '../people/values.ts';
import type { LdapEntry } from '../search.ts';
import { comparable } from '../trust/self.ts';
import type { Reply } from '../wire/operations.ts';
import { DIR_SYNC, DirSyncRequest, readDirSync } from './dirsynccontrol.ts';
import { attributesIn } from './filterattributes.ts';
import { requestFor } from './request.ts';
import type { Session } from './session.ts';

const SOMEBODY = new PresenceFilter({ attribute: 'objectClass' });
/** `nobody` tells where a server is now, and nothing of what there ever was. */
const FILTERS = { everybody: SOMEBODY, nobody: new NotFilter({ filter: SOMEBODY }) };

/** What changed in a naming context since a cookie, and the next one. */
export async function changesIn(
  session: Session,
  base: string,
  whom: keyof typeof FILTERS,
  from: Buffer,
): Promise<{ readonly changed: readonly LdapEntry[]; readonly cookie: Buffer }> {
  const { connection, parts, options, signal } = session;
  // Whoever changed in another one is not told of. Values are read again: of those who changed only the id is kept.
  const attributes = [
    ...new Set([
      ...parts.flatMap((part) => [...part.attributes, ...attributesIn(requestFor(part).filter)]),
      'objectGUID',
      'isDeleted',
      'name',
      'parentGUID',
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
      { base, scope: 'sub', filter: FILTERS[whom], attributes, sizeLimit: 0 },
      [new DirSyncRequest(cookie)],
      (heard) => {
        timer.refresh();
        if (heard.kind !== 'entry') return;
        const { entry } = heard;
        const guid = entry.attributes.get('objectguid')?.[0];
        if (guid === undefined) return;
        const isDeleted = entry.attributes.get('isdeleted') ?? [];
        const kept = new Map([
          ['objectguid', [Buffer.from(guid)]],
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
  // Another one's cookie, or one that is too old: Samba says of such that it does not know the control (12).
  throw isResumed ? new Gap(reason) : new Fault('directory', reason);
}

/** The naming contexts that the parts lie in: DirSync takes no other base. */
export async function contextsOf({ search, parts }: Session): Promise<readonly string[]> {
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
