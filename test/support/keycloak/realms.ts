import type { JsonWebKey } from 'node:crypto';
import { MAIL_DOMAINS } from '../ldap/population.ts';
import { type Client, mailClients, makeClient } from './clients.ts';
import {
  ADDRESS_ATTRIBUTE,
  ALIAS_ATTRIBUTE,
  GROUPS,
  makeBulk,
  type Representation,
  USERS,
} from './people.ts';

/** What the realms of a server hold beside what all hold. */
export interface RealmOptions {
  /** People of a further realm, `bulk`. */
  readonly bulk?: number;
}

/**
 * The realms that a server starts with: `mail` with everybody in it, `duplicates` where an e-mail has several owners,
 * `closed` which is disabled, and `bulk` where it is asked for. The last three have the client `idpmap` too.
 */
export function makeRealms(
  publicKey: JsonWebKey,
  options: RealmOptions,
): readonly Representation[] {
  const { bulk } = options;
  const own = [makeClient('idpmap', ['view-users', 'view-events'])];
  return [
    makeRealm('mail', USERS, mailClients(publicKey), {
      groups: GROUPS,
      organizationsEnabled: true,
      organizations: ORGANIZATIONS,
    }),
    makeRealm('duplicates', TWINS, own, {
      loginWithEmailAllowed: false,
      duplicateEmailsAllowed: true,
    }),
    makeRealm('closed', [person('eve', 'eve@closed.test')], own, { enabled: false }),
    ...(bulk === undefined ? [] : [makeRealm('bulk', makeBulk(bulk), own, {})]),
  ];
}

/** Who sees only the first row, sees a disabled account. */
const TWINS: readonly Representation[] = [
  { ...person('twin-a', 'twin@duplicates.test'), enabled: false },
  person('twin-b', 'twin@duplicates.test'),
  person('twin-c', 'TWIN@duplicates.test'),
  { ...person('gone-a', 'gone@duplicates.test'), enabled: false },
  { ...person('gone-b', 'gone@duplicates.test'), enabled: false },
];

/** Domains that are ours; that only somebody claims; of an organization that is closed; and one that nobody may own. */
const ORGANIZATIONS: readonly Representation[] = [
  organization('example', MAIL_DOMAINS, ['unverified.test']),
  { ...organization('closed', ['closed.test'], []), enabled: false },
  organization('greedy', ['gmail.com'], []),
];

function organization(
  name: string,
  verified: readonly string[],
  claimed: readonly string[],
): Representation {
  return {
    name,
    alias: name,
    enabled: true,
    domains: [
      ...verified.map((domain) => ({ name: domain, verified: true })),
      ...claimed.map((domain) => ({ name: domain, verified: false })),
    ],
  };
}

function person(username: string, email: string): Representation {
  return { username, email, enabled: true, emailVerified: true };
}

/** A realm with a user profile that knows the attributes of mail, and events of everything. */
export function makeRealm(
  realm: string,
  users: readonly Representation[],
  clients: readonly Client[],
  more: Representation,
): Representation {
  return {
    realm,
    enabled: true,
    sslRequired: 'none',
    adminEventsEnabled: true,
    adminEventsDetailsEnabled: true,
    eventsEnabled: true,
    eventsExpiration: 86_400,
    components: USER_PROFILE,
    clients: clients.map(({ client }) => client),
    users: [...users, ...clients.map(({ user }) => user)],
    ...more,
  };
}

const PROFILE = {
  attributes: [
    attribute('username', ['admin', 'user'], { validations: { length: { min: 1, max: 255 } } }),
    attribute('email', ['admin', 'user'], { validations: { email: {} } }),
    attribute('firstName', ['admin', 'user']),
    attribute('lastName', ['admin', 'user']),
    attribute(ALIAS_ATTRIBUTE, ['admin'], { multivalued: true }),
    attribute(ADDRESS_ATTRIBUTE, ['admin']),
  ],
};

const USER_PROFILE = {
  'org.keycloak.userprofile.UserProfileProvider': [
    {
      providerId: 'declarative-user-profile',
      config: { 'kc.user.profile.config': [JSON.stringify(PROFILE)] },
    },
  ],
};

/** An attribute that these roles see and change. */
function attribute(
  name: string,
  roles: readonly string[],
  more: Representation = {},
): Representation {
  return { name, permissions: { view: roles, edit: roles }, ...more };
}
