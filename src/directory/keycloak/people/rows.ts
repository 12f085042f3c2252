import { isRecord } from '../../../record.ts';
/** A user as Keycloak shows it; attributes only where the full form was asked for. */
export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly email?: string;
  readonly emailVerified: boolean;
  /** Whether nobody has disabled it. Whom wrong guesses have locked is enabled: guesses never refuse mail. */
  readonly enabled: boolean;
  readonly attributes: Attributes;
  /** Whether it comes from a directory behind Keycloak. */
  readonly isFederated: boolean;
}

/** A group, with those below it that came along. */
export interface GroupRow {
  readonly id: string;
  readonly attributes: Attributes;
  readonly subGroups: readonly GroupRow[];
  /** So many lie directly in it, whether they came along or not; absent: Keycloak does not say. */
  readonly children?: number;
}

/** An organization with its domains. */
export interface OrganizationRow {
  readonly id: string;
  readonly enabled: boolean;
  readonly domains: readonly { readonly name: string; readonly verified: boolean }[];
}

/** An event of somebody's administration, or of what users do to themselves. */
export interface EventRow {
  readonly id: string;
  readonly time: number;
  readonly operation: string;
  readonly path: string;
  /** The JSON that was sent, where Keycloak keeps it. */
  readonly representation?: string;
}

/** Values by name. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

/** What a user is, or absent where `raw` is none. */
export function readUser(raw: unknown): UserRow | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, username, email, emailVerified, enabled, federationLink, origin } = raw;
  if (typeof id !== 'string' || typeof username !== 'string' || typeof enabled !== 'boolean') {
    return undefined;
  }
  const attributes = readAttributes(raw['attributes']);
  return {
    id,
    username,
    ...(typeof email === 'string' && email !== '' ? { email } : {}),
    emailVerified: emailVerified === true,
    enabled: enabled || isLocked(attributes),
    attributes,
    isFederated: [federationLink, origin].some((link) => typeof link === 'string' && link !== ''),
  };
}

/** A lockout for good, after too many wrong passwords, shows as a disabling with this reason, in the brief form too. */
const isLocked = ({ disabledReason = [] }: Attributes): boolean =>
  disabledReason.includes('permanentLockout');

/** What a group is, or absent where `raw` is none. */
export function readGroup(raw: unknown): GroupRow | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, attributes, subGroups = [], subGroupCount } = raw;
  if (typeof id !== 'string' || !Array.isArray(subGroups)) return undefined;
  const below = subGroups.map(readGroup).filter((group) => group !== undefined);
  return {
    id,
    attributes: readAttributes(attributes),
    subGroups: below,
    ...(typeof subGroupCount === 'number' ? { children: subGroupCount } : {}),
  };
}

/** What an organization is, or absent where `raw` is none. */
export function readOrganization(raw: unknown): OrganizationRow | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, enabled, domains = [] } = raw;
  if (typeof id !== 'string' || typeof enabled !== 'boolean' || !Array.isArray(domains)) {
    return undefined;
  }
  return {
    id,
    enabled,
    domains: domains
      .filter(isRecord)
      .flatMap(({ name, verified }) =>
        typeof name === 'string' ? [{ name, verified: verified === true }] : [],
      ),
  };
}

/** What an event is, or absent where `raw` is none. */
export function readEvent(raw: unknown): EventRow | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, time, operationType: operation, resourcePath: path = '', representation } = raw;
  if (typeof time !== 'number' || typeof operation !== 'string' || typeof path !== 'string') {
    return undefined;
  }
  return {
    id: typeof id === 'string' ? id : `${time} ${operation} ${path}`,
    time,
    operation,
    path,
    ...(typeof representation === 'string' ? { representation } : {}),
  };
}

/** What an event of a user's own is, or absent where `raw` is none: as if an administrator had done it to them. */
export function readOwnEvent(raw: unknown): EventRow | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, time, type: operation, userId } = raw;
  if (typeof time !== 'number' || typeof operation !== 'string') return undefined;
  const path = typeof userId === 'string' ? `users/${userId}` : '';
  return {
    id: typeof id === 'string' ? id : `${time} ${operation} ${path}`,
    time,
    operation,
    path,
  };
}

/** Reads attributes; whatever is no list of texts has no values. */
export function readAttributes(raw: unknown): Attributes {
  if (!isRecord(raw)) return {};
  return Object.fromEntries(
    Object.entries(raw).map(([name, values]) => [name, Array.isArray(values) ? texts(values) : []]),
  );
}

const texts = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');
