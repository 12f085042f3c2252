import { PagedResultsControl } from 'ldapts';
import type { Remark } from '../../directory.ts';
import type { AccountBranch, GroupBranch } from '../people/branch.ts';
import type { SearchRequest } from '../search.ts';
import { cookieOf } from '../servers/results.ts';
import { softwareOf } from '../servers/software.ts';
import type { Connection } from '../wire/connection.ts';
import { bestWay, type Way } from './follow.ts';
import { partsOf } from './listed.ts';
import type { FollowOptions } from './options.ts';
import { requestFor } from './request.ts';
import { SyncRequest } from './synccontrol.ts';
import { maySeeChanges } from './syncrepl.ts';

export interface FeedInspection {
  readonly accounts: AccountBranch;
  readonly groups: GroupBranch | undefined;
  readonly feed: FollowOptions['feed'];
  readonly whenAbsent: 'ask' | 'deny';
}

/** More than servers give by default, 389-DS 2 000 and slapd 500, and not so many that it takes long. */
const ENOUGH = 5000;

/** How a server would feed a mirror, and what it lacks for that. */
export async function inspectFeed(
  { accounts, groups, feed, whenAbsent }: FeedInspection,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const parts = partsOf(accounts, groups);
  const session = { connection, parts, signal };
  const wanted = feed === 'auto' ? await bestWay(session) : feed;
  const requests = parts.map((part) => ({ ...requestFor(part), attributes: [] }));
  const answer = wanted === 'syncrepl' ? await synchronises(requests, connection, signal) : 'yes';
  const refused = `${connection.server} does no content synchronisation here (${answer}): ${REMEDY}`;
  if (answer !== 'yes' && feed !== 'auto') return [warn(refused)];
  const way: Way = answer === 'yes' ? wanted : 'list';
  return [
    { level: 'ok', text: `${connection.server} feeds the mirror: ${ABOUT[way]}` },
    ...(answer === 'yes' ? [] : [warn(refused)]),
    ...(await remarkLimits(requests, way, connection, signal)),
    ...(way === 'syncrepl' ? await remarkChanges(session) : []),
    ...(way === 'list' && whenAbsent === 'deny'
      ? [warn('whenAbsent: deny has no effect: listings do not tell of new people at once')]
      : []),
  ];
}

async function remarkLimits(
  requests: readonly SearchRequest[],
  way: Way,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const remarks: Remark[] = [];
  for (const request of requests) {
    const code = await limitOf(request, way, connection, signal);
    if (code === undefined) continue;
    remarks.push(
      warn(
        `${connection.server} gives bind.dn a part of ${request.base} only (code ${code}): set olcLimits size=unlimited time=unlimited, or nsSizeLimit and nsLookThroughLimit of -1, for it`,
      ),
    );
  }
  return remarks;
}

const warn = (text: string): Remark => ({ level: 'warning', text });

const REMEDY =
  'add the overlay syncprov to the database, or switch on the plugins Content Synchronization and Retro Changelog of 389-DS';

const ABOUT: Readonly<Record<Way, string>> = {
  syncrepl: 'content synchronisation (RFC 4533), changes are told at once',
  dirsync: 'DirSync, changes are asked for; who was deleted is found by listings',
  list: 'listings, changes count with the next one',
};

/** Whether a server synchronises content where people lie; else with which code it refuses. */
async function synchronises(
  [request]: readonly SearchRequest[],
  connection: Connection,
  signal: AbortSignal,
): Promise<'yes' | `code ${number}`> {
  if (request === undefined) return 'yes';
  const own = new AbortController();
  const begun = Promise.withResolvers<'yes'>();
  const search = connection
    .listen(request, [new SyncRequest()], () => begun.resolve('yes'), own.signal)
    .then(({ code }) => `code ${code}` as const);
  search.catch(() => {});
  const stop = (): void => own.abort();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([begun.promise, search]);
  } finally {
    signal.removeEventListener('abort', stop);
    own.abort();
  }
}

/** With which code a server ends a listing too early; absent: it does not, or not soon. */
async function limitOf(
  request: SearchRequest,
  way: Way,
  connection: Connection,
  signal: AbortSignal,
): Promise<number | undefined> {
  let count = 0;
  let cookie: Buffer | undefined;
  do {
    const own = new AbortController();
    const enough = Promise.withResolvers<undefined>();
    const value = { size: PAGE, ...(cookie === undefined ? {} : { cookie }) };
    const controls = way === 'syncrepl' ? [] : [new PagedResultsControl({ value })];
    const hear = (): void => {
      count += 1;
      if (count > ENOUGH) enough.resolve(undefined);
    };
    const search = connection.listen(request, controls, hear, own.signal);
    search.catch(() => {});
    const stop = (): void => own.abort();
    signal.addEventListener('abort', stop);
    try {
      const reply = await Promise.race([search, enough.promise]);
      if (reply === undefined) return undefined;
      if (reply.code !== 0) return reply.code;
      cookie = way === 'syncrepl' ? undefined : cookieOf(reply);
    } finally {
      signal.removeEventListener('abort', stop);
      own.abort();
    }
  } while (cookie !== undefined && cookie.length > 0);
  return undefined;
}

const PAGE = 500;

async function remarkChanges(
  session: Parameters<typeof maySeeChanges>[0],
): Promise<readonly Remark[]> {
  const { connection, signal } = session;
  if ((await softwareOf(connection, signal)) === '389ds' || (await maySeeChanges(session)))
    return [];
  return [
    warn(
      `${connection.server}: bind.dn may not search by entryCSN, so that each start lists everybody: give it the right to read entryCSN`,
    ),
  ];
}
