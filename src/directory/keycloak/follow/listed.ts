import { type Entry, Fault, type Listed } from '../../directory.ts';
import { ownAddress } from '../../people/spelling.ts';
import type { Ask } from '../http/api.ts';
import { accountOf, isServiceAccount, takesPart } from '../people/account.ts';
import { believeDisabled } from '../people/disabled.ts';
import { EMPTY_GROUP } from '../people/groups.ts';
import type { FindSettings } from '../people/options.ts';
import type { GroupRow, UserRow } from '../people/rows.ts';
import { bareAddress, normalise } from '../people/written.ts';
import { listChildren, listMembers } from '../trust/listing.ts';

/** One entry under its name in the feed. */
export type Named = readonly [ref: string, entry: Listed];

/** What makes entries of what Keycloak shows. */
export interface Listing {
  readonly ask: Ask;
  readonly settings: FindSettings;
  /** Takes note of everybody whom Keycloak shows. */
  readonly seen: (user: UserRow) => void;
}

export const userRef = (id: string): string => `user:${id}`;
export const groupRef = (id: string): string => `group:${id}`;

/**
 * Users as they are in mail. Whoever takes no part in it is left out, or has no address where groups may name them: a group's
 * list counts only as long as everybody in it is known.
 * @throws {Fault} `doubt` as `find` does
 */
export async function listedUsers(
  { ask, settings, seen }: Listing,
  users: readonly UserRow[],
  signal: AbortSignal,
): Promise<readonly Named[]> {
  for (const user of users) seen(user);
  await believeDisabled(ask, users, signal);
  const areNamed = settings.groupAttribute !== undefined;
  return users
    .filter((user) => takesPart(user, settings) || (areNamed && !isServiceAccount(user)))
    .map((user) => [userRef(user.id), { ...entryOf(user, settings), names: [user.id] }]);
}

const entryOf = (user: UserRow, settings: FindSettings): Entry => {
  const entry = accountOf(user, settings);
  return takesPart(user, settings)
    ? entry
    : { ...entry, address: '', aliases: [], logins: [], enabled: false };
};

/** So often a group that changes while it is read is read again. */
const TRIES = 3;

/** A group with the names of whoever lies directly in it. One that is too large, or shows nobody, is a doubt. */
export async function listedGroup(
  { ask, settings, seen }: Listing,
  attribute: string,
  group: GroupRow,
  signal: AbortSignal,
): Promise<Named> {
  const most = settings.groups.members;
  const tooLarge = new Fault('entry', `it has more than ${most} members or groups`);
  const checkSize = (rows: number): void => {
    if (rows > most) throw tooLarge;
  };
  const read = async (): Promise<Pick<Listed, 'memberNames' | 'doubt'>> => {
    const members = await listMembers(ask, group.id, { brief: true, most: checkSize }, signal);
    for (const user of members) seen(user);
    const groups = await childrenOf(ask, group, checkSize, signal);
    const memberNames = [...members, ...groups].map(({ id }) => id);
    return memberNames.length > 0 ? { memberNames } : { doubt: EMPTY_GROUP };
  };
  const [own = '', ...others] = group.attributes[attribute] ?? [];
  const entry = {
    id: group.id,
    kind: 'group',
    ...ownAddress(bareAddress(own)),
    aliases: others.map(normalise),
    logins: [],
    members: [],
    enabled: true,
    names: [group.id],
  } as const;
  for (let tried = 1; ; tried++) {
    try {
      return [groupRef(group.id), { ...entry, ...(await read()) }];
    } catch (error) {
      if (error === tooLarge) return [groupRef(group.id), { ...entry, doubt: tooLarge.message }];
      if (!(error instanceof Fault) || error.kind !== 'entry' || tried >= TRIES) throw error;
    }
  }
}

/** The groups that lie directly in one, asked for only where they did not come along. */
export const childrenOf = async (
  ask: Ask,
  group: GroupRow,
  most: (rows: number) => void,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> =>
  group.children === undefined || group.children === group.subGroups.length
    ? group.subGroups
    : listChildren(ask, group, most, signal);
