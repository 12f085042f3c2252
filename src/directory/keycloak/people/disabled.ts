import { named } from '../../../redaction.ts';
import { Fault } from '../../directory.ts';
import { valuesOf } from '../../finding.ts';
import type { Ask } from '../http/api.ts';
import { listUsers } from '../trust/listing.ts';
import { MAX_HOLDERS } from './query.ts';
import type { UserRow } from './rows.ts';

/**
 * Looks at users who are shown as disabled in the full form too: before 26.4 the brief one does not say that it was wrong
 * guesses that locked them. Gives all users as they are.
 */
export async function withReasons(
  ask: Ask,
  users: readonly UserRow[],
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  return Promise.all(
    users.map(async (user) => {
      if (user.enabled) return user;
      const list = { condition: { username: user.username, exact: true }, brief: false };
      const full = await listUsers(ask, { ...list, max: MAX_HOLDERS }, 'entry', signal);
      return valuesOf(full).find(({ id }) => id === user.id) ?? user;
    }),
  );
}

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
  const list = { condition: { username, exact: true, enabled: true }, brief: true };
  const enabled = await listUsers(ask, { ...list, max: MAX_HOLDERS }, 'entry', signal);
  if (enabled.status === 'none' || !enabled.value.some((user) => user.id === id)) return;
  throw new Fault(
    'doubt',
    `keycloak shows user ${named(username)} as disabled and finds them among the enabled: the directory behind it is down, or has disabled them itself; ask that directory as type: ldap to know which`,
  );
}
