import { Fault } from '../../directory.ts';

/** A user as Keycloak shows it; attributes only where the full form was asked for. */
export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly email?: string;
  readonly emailVerified: boolean;
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
}

/** An organization with its domains. */
export interface OrganizationRow {
  readonly id: string;
  readonly enabled: boolean;
  readonly domains: readonly { readonly name: string; readonly verified: boolean }[];
}

/** An event of somebody's administration. */
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

type Raw = Readonly<Record<string, unknown>>;

/** @throws {Fault} where `content` is no list of users */
export const readUsers = (content: unknown): readonly UserRow[] =>
  readList(content, 'users', readUser);

/** @throws {Fault} where `content` is no list of groups */
export const readGroups = (content: unknown): readonly GroupRow[] =>
  readList(content, 'groups', readGroup);

/** @throws {Fault} where `content` is no list of organizations */
export const readOrganizations = (content: unknown): readonly OrganizationRow[] =>
  readList(content, 'organizations', readOrganization);

/** @throws {Fault} where `content` is no list of events */
export const readEvents = (content: unknown): readonly EventRow[] =>
  readList(content, 'admin events', readEvent);

/** What a user is, or absent where `raw` is none. */
export function readUser(raw: unknown): UserRow | undefined {
  if (!isRaw(raw)) return undefined;
  const { id, username, email, emailVerified, enabled, attributes, federationLink } = raw;
  if (typeof id !== 'string' || typeof username !== 'string' || typeof enabled !== 'boolean') {
    return undefined;
  }
  return {
    id,
    username,
    ...(typeof email === 'string' && email !== '' ? { email } : {}),
    emailVerified: emailVerified === true,
    enabled,
    attributes: readAttributes(attributes),
    isFederated: typeof federationLink === 'string' && federationLink !== '',
  };
}

/** What a group is, or absent where `raw` is none. */
export function readGroup(raw: unknown): GroupRow | undefined {
  if (!isRaw(raw)) return undefined;
  const { id, attributes, subGroups = [] } = raw;
  if (typeof id !== 'string' || !Array.isArray(subGroups)) return undefined;
  const below = subGroups.map(readGroup).filter((group) => group !== undefined);
  return { id, attributes: readAttributes(attributes), subGroups: below };
}

function readOrganization(raw: unknown): OrganizationRow | undefined {
  if (!isRaw(raw)) return undefined;
  const { id, enabled, domains = [] } = raw;
  if (typeof id !== 'string' || typeof enabled !== 'boolean' || !Array.isArray(domains)) {
    return undefined;
  }
  return {
    id,
    enabled,
    domains: domains
      .filter(isRaw)
      .flatMap(({ name, verified }) =>
        typeof name === 'string' ? [{ name, verified: verified === true }] : [],
      ),
  };
}

function readEvent(raw: unknown): EventRow | undefined {
  if (!isRaw(raw)) return undefined;
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

/** Reads attributes; whatever is no list of texts has no values. */
export function readAttributes(raw: unknown): Attributes {
  if (!isRaw(raw)) return {};
  return Object.fromEntries(
    Object.entries(raw).map(([name, values]) => [name, Array.isArray(values) ? texts(values) : []]),
  );
}

const texts = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');

/** Whether `value` is an object of JSON. */
export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readList<T>(
  content: unknown,
  what: string,
  read: (raw: unknown) => T | undefined,
): readonly T[] {
  if (!Array.isArray(content)) {
    throw new Fault('directory', `keycloak answers with no list of ${what}`);
  }
  return content.map((raw: unknown) => {
    const row = read(raw);
    if (row === undefined) {
      throw new Fault('directory', `keycloak lists among ${what} something that is none`);
    }
    return row;
  });
}
