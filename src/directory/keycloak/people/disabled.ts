import { Fault } from '../../directory.ts';
import type { Ask } from '../http/api.ts';
import { MAX_HOLDERS } from './query.ts';
import { readUsers, type UserRow } from './rows.ts';

/**
 * Sees to it that users who are shown as disabled are. While the directory behind Keycloak is down, Keycloak shows as
 * disabled whom it once imported from there, without an error; but a search for enabled users still finds them, for that
 * goes by its own database.
 * @throws {Fault} `doubt` where somebody is shown both ways
 */
export async function believeDisabled(
  ask: Ask,
  users: readonly UserRow[],
  signal: AbortSignal,
): Promise<void> {
  const doubtful = users.filter(({ isFederated, enabled }) => isFederated && !enabled);
  await Promise.all(doubtful.map((user) => believe(ask, user, signal)));
}

async function believe(ask: Ask, { id, username }: UserRow, signal: AbortSignal): Promise<void> {
  const query = { username, exact: true, enabled: true, briefRepresentation: true };
  const enabled = readUsers(await ask('/users', { ...query, max: MAX_HOLDERS }, signal));
  if (!enabled.some((user) => user.id === id)) return;
  throw new Fault(
    'doubt',
    `keycloak shows user ${username} as disabled and finds them among the enabled: the directory behind it is down, or has disabled them itself; ask that directory as type: ldap to know which`,
  );
}
