import { Fault } from '../../directory.ts';
import { grantCommand } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import type { Site } from '../http/site.ts';
import type { UserRow } from '../people/rows.ts';
import type { KeycloakSettings } from '../settings.ts';
import { countUsers, showUsers } from './listing.ts';

/** Whose users are looked at, and what is enough to believe its *none*. */
export interface Visible {
  readonly site: Site;
  readonly proof: KeycloakSettings['proof'];
}

/**
 * Sees to it that users are shown at all: gives the first `max` of them. A client with too few rights gets an empty list
 * of status 200; only the count tells that from a realm without users. Such a realm proves nothing either: it may have
 * lost its database, or have been imported without users. With `proof: realm` its own word is enough.
 * @throws {Fault} where none is shown
 */
export async function listSome(
  ask: Ask,
  { site, proof }: Visible,
  max: number,
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  const users = await showUsers(ask, { condition: {}, brief: true, max }, signal);
  if (users.length > 0) return users;
  const count = await countUsers(ask, {}, signal);
  if (count === 0 && proof === 'realm') return users;
  if (count === 0) {
    throw new Fault(
      'doubt',
      `realm ${site.realm} has no users, so nobody is believed to be absent: create one, or set proof: realm where a realm may be empty`,
    );
  }
  throw new Fault(
    'doubt',
    `keycloak counts ${count} users in realm ${site.realm} and shows none, so nobody is believed to be absent; run: ${grantCommand(site, 'view-users')}`,
  );
}
