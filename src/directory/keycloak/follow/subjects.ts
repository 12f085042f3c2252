import type { Change } from '../../directory.ts';
import { subjectsOf } from '../feed/concern.ts';
import { NotThere } from '../http/faults.ts';
import { type EventRow, readGroup, readUser } from '../people/rows.ts';
import { countUsers, listGroupsOf } from '../trust/listing.ts';
import { groupRef, type Listing, listedGroup, listedUsers, userRef } from './listed.ts';

/** Looks at whom events name. */
export interface Looking extends Listing {
  /** Absent: groups have no addresses. */
  readonly groupAttribute: string | undefined;
  /** Whether all users are Keycloak's own: one from a directory behind it seems to be gone while that is down. */
  readonly areOwn: () => boolean;
}

/** Whom events name, as admin paths: `/users/ID`, `/groups/ID`. */
export interface Subjects {
  readonly all: ReadonlySet<string>;
  /** Users who came just now: no event tells of the groups that they were put into then. */
  readonly created: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
  /** Whether groups may lie elsewhere now, or be gone with the one that they lay in: those have no events. */
  readonly areGroupsMoved: boolean;
}

/** Names whom events are about. */
export function subjectsIn(events: readonly EventRow[]): Subjects {
  const of = (operations: RegExp): ReadonlySet<string> =>
    new Set(
      events
        .filter(({ operation, path }) => operations.test(operation) && ITSELF.test(path))
        .flatMap(subjectsOf),
    );
  return {
    all: new Set(events.flatMap(subjectsOf)),
    created: of(/^(?:CREATE|REGISTER)$/),
    deleted: of(/^DELETE/),
    areGroupsMoved: events.some(
      ({ operation, path }) =>
        (operation === 'DELETE' && /^groups\/[^/]+$/.test(path)) ||
        (operation !== 'CREATE' && path.includes('/children')),
    ),
  };
}

/** An event of somebody themselves, and not of what they have or are in. */
const ITSELF = /^(?:users|groups)\/[^/]+$/;

/** Groups that a user came in with. */
export async function groupsWith(
  { ask, groupAttribute }: Looking,
  path: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (groupAttribute === undefined || !path.startsWith('/users/')) return [];
  try {
    const groups = await listGroupsOf(ask, idIn(path), signal);
    return groups.map(({ id }) => `/groups/${id}`);
  } catch (error) {
    // They were deleted meanwhile.
    if (error instanceof NotThere) return [];
    throw error;
  }
}

/** Looks at a user or group as they are now, and says what that changes; absent: nothing that counts. */
export async function lookAt(
  looking: Looking,
  path: string,
  deleted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Change | undefined> {
  const { groupAttribute } = looking;
  if (path.startsWith('/users/')) {
    const gone: Change = { kind: 'gone', refs: [userRef(idIn(path))] };
    const user = readUser(await read(looking, path, signal));
    if (user === undefined) return looking.areOwn() || deleted.has(path) ? gone : undefined;
    const entries = await listedUsers(looking, [user], signal);
    return entries.length > 0 ? { kind: 'put', entries } : gone;
  }
  if (groupAttribute === undefined) return undefined;
  const group = readGroup(await read(looking, path, signal));
  if (group === undefined) return { kind: 'gone', refs: [groupRef(idIn(path))] };
  return { kind: 'put', entries: [await listedGroup(looking, groupAttribute, group, signal)] };
}

const idIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What lies at a path; absent: Keycloak itself says, twice and with a database that answers, that nothing does. */
async function read({ ask }: Looking, path: string, signal: AbortSignal): Promise<unknown> {
  const readOnce = async (): Promise<unknown> => {
    try {
      return await ask(path, {}, signal);
    } catch (error) {
      // A proxy's words, or those about a realm that is not there, say nothing about this one.
      if (error instanceof NotThere && GONE.test(error.said)) return undefined;
      throw error;
    }
  };
  const content = await readOnce();
  if (content !== undefined) return content;
  await countUsers(ask, {}, signal);
  return readOnce();
}

const GONE = /\((?:user not found|could not find group by id)\)$/i;
