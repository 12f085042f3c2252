import { Fault } from '../../directory.ts';
import { grantCommand } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import type { Site } from '../http/site.ts';
import { readUsers, type UserRow } from '../people/rows.ts';

/**
 * Sees to it that users are shown at all: gives the first `max` of them. A client with too few rights gets an empty list
 * of status 200; only the count tells that from a realm without users.
 * @throws {Fault} where there are users, and none is shown
 */
export async function listSome(
  ask: Ask,
  site: Site,
  max: number,
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  const users = readUsers(await ask('/users', { briefRepresentation: true, max }, signal));
  if (users.length > 0) return users;
  const count = await ask('/users/count', {}, signal);
  if (count === 0) return users;
  throw new Fault(
    'doubt',
    `keycloak counts ${String(count)} users in realm ${site.realm} and shows none, so nobody is believed to be absent; run: ${grantCommand(site, 'view-users')}`,
  );
}
