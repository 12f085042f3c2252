import { type Cause, Fault, type Finding, type None } from '../../directory.ts';
import { findingOf, none } from '../../finding.ts';
import type { Ask, Query } from '../http/api.ts';
import { NotThere } from '../http/faults.ts';
import { readAll } from '../http/paging.ts';
import {
  type EventRow,
  type GroupRow,
  type OrganizationRow,
  readEvent,
  readGroup,
  readOrganization,
  readOwnEvent,
  readUser,
  type UserRow,
} from '../people/rows.ts';
import { readCount, readShown } from './shown.ts';

/**
 * All lists that Keycloak is asked for. It shows an empty one, with status 200, of people who are there: where its
 * connection to the database broke under that very question, where the directory behind it is down, where rights are
 * missing. So each list has a second way here, asked after it said nothing, over whichever connection Keycloak takes next.
 * That the second ways fail where the database does was measured on Keycloak 26.7.3 over MariaDB and its own H2. Over
 * PostgreSQL only status 500 was seen where the database failed; whether it too shows empty lists is not known.
 */

/** How users are listed. */
export interface UserList {
  /** What they fulfil, in words that `/users/count` knows too. */
  readonly condition: Query;
  readonly brief: boolean;
  readonly max: number;
}

/** Lists users as they are shown. Whoever makes "nobody" of it proves that with `countUsers`. */
export const showUsers = async (
  ask: Ask,
  { condition, brief, max }: UserList,
  signal: AbortSignal,
): Promise<readonly UserRow[]> =>
  readShown(
    await ask('/users', { ...condition, briefRepresentation: brief, max }, signal),
    'users',
    readUser,
  );

/** Counts users: lists are cut to nothing where the database fails, this is not. */
export const countUsers = async (
  ask: Ask,
  condition: Query,
  signal: AbortSignal,
): Promise<number> => readCount(await ask('/users/count', condition, signal));

/**
 * Lists users. That there are none is proved by their count.
 * @throws {Fault} of `kind` where the count says otherwise
 */
export async function listUsers(
  ask: Ask,
  list: UserList,
  kind: Cause,
  signal: AbortSignal,
): Promise<Finding<UserRow>> {
  const rows = await showUsers(ask, list, signal);
  const count = rows.length > 0 ? rows.length : await countUsers(ask, list.condition, signal);
  return findingOf(rows, () => {
    if (count === 0) return none('probe', 'the count of such users is 0');
    throw new Fault(
      kind,
      `keycloak shows nobody where it counts ${count}: what it shows is not all`,
    );
  });
}

/** Lists the groups that have an attribute. That there are none is proved by the same question in another form. */
export async function listGroups(
  ask: Ask,
  list: { readonly q: string; readonly max: number },
  signal: AbortSignal,
): Promise<Finding<GroupRow>> {
  const show = async (form: Query): Promise<readonly GroupRow[]> =>
    readShown(await ask('/groups', { ...list, ...form }, signal), 'groups', readGroup);
  const rows = await show({ briefRepresentation: false });
  const again =
    rows.length > 0 ? [] : await show({ briefRepresentation: true, populateHierarchy: false });
  return findingOf(rows, () => {
    if (again.length === 0) return none('probe', 'groups were looked for in two ways');
    throw new Fault('entry', 'keycloak shows groups in one way and none in another');
  });
}

/** Lists groups one by one, from the top: a page of those that lie in no other. */
export const pageGroups = async (
  ask: Ask,
  page: Query,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> =>
  readShown(
    await ask('/groups', { ...page, briefRepresentation: false }, signal),
    'groups',
    readGroup,
  );

/** Counts all groups. */
export const countGroups = async (ask: Ask, signal: AbortSignal): Promise<number> =>
  readCount(await ask('/groups/count', {}, signal));

/**
 * Lists all groups that lie directly in one.
 * @throws {Fault} `entry` where Keycloak counts others
 */
export async function listChildren(
  ask: Ask,
  { id, children }: Pick<GroupRow, 'id' | 'children'>,
  most: (rows: number) => void,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> {
  const rows = await readAll(
    ask,
    {
      path: `/groups/${encodeURIComponent(id)}/children`,
      query: { briefRepresentation: false },
      read: (content) => readShown(content, 'groups', readGroup),
      check: (all) => most(all.length),
    },
    signal,
  );
  // Keycloak before 23 does not count them.
  if (children === undefined || children === rows.length) return rows;
  throw new Fault(
    'entry',
    `keycloak counts ${children} groups in the group and shows ${rows.length}`,
  );
}

/** So often an empty list of members is read again, each time after a count that answered. */
const STEADY = 3;

/**
 * Lists a group's own members. Keycloak has no second way to ask for them, so an empty list is read again and again, and
 * between the readings it must be able to count users: then its database answers. That makes a wrong one unlikely and does
 * not exclude it: whoever would deny an address for want of members must doubt instead.
 */
export async function listMembers(
  ask: Ask,
  group: string,
  { brief, most }: { readonly brief: boolean; readonly most: (rows: number) => void },
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  const path = `/groups/${encodeURIComponent(group)}/members`;
  const query = { briefRepresentation: brief };
  const read = (content: unknown) => readShown(content, 'users', readUser);
  const rows = await readAll(ask, { path, query, read, check: (all) => most(all.length) }, signal);
  if (rows.length > 0) return rows;
  for (let i = 0; i < STEADY; i++) {
    await countUsers(ask, {}, signal);
    const again = read(await ask(path, { briefRepresentation: true, max: 1 }, signal));
    if (again.length > 0) {
      throw new Fault('entry', "keycloak shows a group's members at one time and none at another");
    }
  }
  return [];
}

/** Lists all organizations; their number is counted besides, for one that is missing takes its domains away. */
export async function listOrganizations(
  ask: Ask,
  signal: AbortSignal,
): Promise<readonly OrganizationRow[]> {
  const rows = await readAll(
    ask,
    {
      path: '/organizations',
      query: {},
      read: (content) => readShown(content, 'organizations', readOrganization),
    },
    signal,
  );
  const count = await countOrganizations(ask, rows.length, signal);
  if (count === rows.length) return rows;
  throw new Fault('doubt', `keycloak counts ${count} organizations and shows ${rows.length}`);
}

/** Keycloak before 26.3 can't count them, and is asked for the list once more. */
async function countOrganizations(ask: Ask, shown: number, signal: AbortSignal): Promise<number> {
  try {
    return readCount(await ask('/organizations/count', {}, signal));
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
  }
  const behind = await ask('/organizations', { first: Math.max(0, shown - 1), max: 2 }, signal);
  const rows = readShown(behind, 'organizations', readOrganization);
  return shown === 0 ? rows.length : shown - 1 + rows.length;
}

/** Lists admin events. They hasten what the memory's times do anyway, so nothing hangs on an empty list. */
export const listEvents = async (
  ask: Ask,
  query: Query,
  signal: AbortSignal,
): Promise<readonly EventRow[]> =>
  readShown(await ask('/admin-events', query, signal), 'admin events', readEvent);

/** Lists events of what users do to themselves, which no admin event tells. */
export const listOwnEvents = async (
  ask: Ask,
  query: Query,
  signal: AbortSignal,
): Promise<readonly EventRow[]> =>
  readShown(await ask('/events', query, signal), 'events', readOwnEvent);

/** Lists the groups that a user lies in directly. */
export const listGroupsOf = async (
  ask: Ask,
  user: string,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> =>
  readAll(
    ask,
    {
      path: `/users/${encodeURIComponent(user)}/groups`,
      query: { briefRepresentation: true },
      read: (content) => readShown(content, 'groups', readGroup),
    },
    signal,
  );

/** Says that nobody is there, as several questions showed. */
export const nobody = (...findings: readonly Finding<unknown>[]): None => {
  const shown = findings.filter((finding) => finding.status === 'none');
  return none('probe', [...new Set(shown.map(({ proof }) => proof.how))].join(', '));
};
