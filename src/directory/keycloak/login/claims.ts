import { isRecord, recordOf } from '../../../record.ts';

/**
 * The roles for the realm's administration that a token names. It shows what is missing, and proves nothing: Keycloak
 * looks at the account itself. None for a lightweight token, which does not say.
 */
export function rolesIn(token: string, realm: string): readonly string[] {
  const access = claimsOf(token)['resource_access'];
  if (!isRecord(access)) return [];
  // In the realm `master`, each realm's administration is a client of its own.
  return ['realm-management', `${realm}-realm`].flatMap((client) => {
    const own = access[client];
    const roles = isRecord(own) ? own['roles'] : undefined;
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
  });
}

/** When a token was made, in milliseconds by Keycloak's clock; absent where it does not say. */
export function issuedAt(token: string): number | undefined {
  const { iat } = claimsOf(token);
  return typeof iat === 'number' && iat > 0 ? iat * 1000 : undefined;
}

/**
 * The account that a token was made for, or where it does not say that (its client has no scope `basic`) the key that signed it:
 * both are others in a realm that was made anew under its name. Absent: it tells neither.
 */
export function originOf(token: string): string | undefined {
  const { sub } = claimsOf(token);
  if (typeof sub === 'string') return `account ${sub}`;
  const { kid } = partOf(token, 0);
  return typeof kid === 'string' ? `key ${kid}` : undefined;
}

const claimsOf = (token: string): Readonly<Record<string, unknown>> => partOf(token, 1);

function partOf(token: string, i: 0 | 1): Readonly<Record<string, unknown>> {
  try {
    const part: unknown = JSON.parse(
      Buffer.from(token.split('.')[i] ?? '', 'base64url').toString('utf8'),
    );
    return recordOf(part);
  } catch {
    return {};
  }
}

/** Whether the roles let the client see all users. `query-users` alone shows none of them, without an error. */
export const canViewUsers = (roles: readonly string[]): boolean =>
  roles.includes('view-users') || roles.includes('manage-users');
