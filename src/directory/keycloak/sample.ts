import type { Ask } from './http/api.ts';
import { accountOf, needsAttributes } from './people/account.ts';
import { normalise } from './people/written.ts';
import type { KeycloakSettings } from './settings.ts';
import { pageGroups, showUsers } from './trust/listing.ts';

/** So many users, and so many groups, are looked at. */
const SAMPLE = 100;

/** Reads addresses of the first users and groups, aliases included. */
export async function sample(
  ask: Ask,
  settings: KeycloakSettings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { groupAttribute } = settings;
  const list = { condition: {}, brief: !needsAttributes(settings), max: SAMPLE };
  const users = await showUsers(ask, list, signal);
  const groups = groupAttribute === undefined ? [] : await pageGroups(ask, { max: SAMPLE }, signal);
  return [
    ...users.flatMap((user) => {
      const { address, aliases } = accountOf(user, settings);
      return [address, ...aliases].filter((text) => text !== '');
    }),
    ...groups.flatMap(({ attributes }) => attributes[groupAttribute ?? ''] ?? []).map(normalise),
  ];
}
