import type { Ask } from './http/api.ts';
import { accountOf, needsAttributes, normalise } from './people/account.ts';
import { readGroups, readUsers } from './people/rows.ts';
import type { KeycloakSettings } from './settings.ts';

/** So many users, and so many groups, are looked at. */
const SAMPLE = 100;

/** Reads addresses of the first users and groups, aliases included. */
export async function sample(
  ask: Ask,
  settings: KeycloakSettings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { groupAttribute } = settings;
  const briefRepresentation = !needsAttributes(settings);
  const users = readUsers(await ask('/users', { briefRepresentation, max: SAMPLE }, signal));
  const groups =
    groupAttribute === undefined
      ? []
      : readGroups(await ask('/groups', { briefRepresentation: false, max: SAMPLE }, signal));
  return [
    ...users.flatMap((user) => {
      const { address, aliases } = accountOf(user, settings);
      return [address, ...aliases].filter((text) => text !== '');
    }),
    ...groups.flatMap(({ attributes }) => attributes[groupAttribute ?? ''] ?? []).map(normalise),
  ];
}
