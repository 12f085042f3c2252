import { OWN_EVENTS } from '../../../src/directory/keycloak/feed/eventlog.ts';
import { recordOf } from '../../../src/record.ts';
import { createRoled } from '../../integration/keycloak/roled.ts';
import { type Admin, createAdmin } from '../keycloak/admin.ts';
import { type KeycloakSection, keycloakSection, openKeycloak } from '../keycloak/directory.ts';
import type { KeycloakServer } from '../keycloak/keycloak.ts';
import { ALIAS_ATTRIBUTE, GROUP_ATTRIBUTE, type Representation } from '../keycloak/people.ts';
import { makeRealm } from '../keycloak/realms.ts';
import type { FeedKit } from './kit.ts';

const REALM = 'followed';
const ROLES = ['view-users', 'view-events'];

/** A realm of a Keycloak's own, that only a feed's tests change. */
export interface KeycloakKit extends FeedKit {
  readonly realm: string;
  /** Speaks for the realm: `/users`. */
  readonly admin: Admin;
  /** The settings of a directory over it; `changes` come on top. */
  section(changes?: KeycloakSection): KeycloakSection;
  removeRealm(): Promise<void>;
}

/** Creates the realm, with a few people in it. */
export async function startKeycloakKit(
  server: KeycloakServer,
  realm = REALM,
): Promise<KeycloakKit> {
  const people = ['first', 'second'].map((name) => personOf(name, []));
  await server.admin(
    'POST',
    '/realms',
    makeRealm(realm, people, [], { enabledEventTypes: OWN_EVENTS }),
  );
  // A token that is older than a realm has no rights there.
  const renewed = createAdmin(server.url);
  const admin: Admin = (method, path, body) => renewed(method, `/realms/${realm}${path}`, body);
  const client = await createRoled({ ...server, admin: renewed }, ROLES, {}, realm);

  const idOf = async (username: string): Promise<string> => {
    const [user] = rowsOf(await admin('GET', `/users?username=${username}&exact=true`));
    return String(user?.['id']);
  };
  const change = async (id: string, changes: Representation): Promise<void> => {
    const path = `/users/${await idOf(id)}`;
    const { attributes, ...user } = recordOf(await admin('GET', path));
    const merged = { ...recordOf(attributes), ...recordOf(changes['attributes']) };
    await admin('PUT', path, { ...user, ...changes, attributes: merged });
  };
  const teams = createTeams(admin, idOf);
  const section = (changes: KeycloakSection = {}): KeycloakSection =>
    keycloakSection(server, 'http', {
      realm,
      clientId: client.clientId,
      clientSecret: client.secret,
      organizations: undefined,
      emailVerified: 'required',
      events: '1s',
      mirror: { path: `/nowhere/${realm}.db` },
      ...changes,
    });

  return {
    realm,
    admin,
    section,
    ...teams,
    open: () => openKeycloak(section()),
    create: async (id, aliases = []) => void (await admin('POST', '/users', personOf(id, aliases))),
    setAddress: (id, address) => change(id, { email: address }),
    setAliases: (id, aliases) => change(id, { attributes: { [ALIAS_ATTRIBUTE]: aliases } }),
    disable: (id) => change(id, { enabled: false }),
    remove: async (id) => void (await admin('DELETE', `/users/${await idOf(id)}`)),
    leaveFilter: (id) => change(id, { emailVerified: false }),
    forget: async () => void (await admin('DELETE', '/admin-events')),
    hide: async () => {
      await client.revoke('view-users');
      return () => client.grant('view-users');
    },
    removeRealm: async () => void (await admin('DELETE', '')),
  };
}

type Teams = Required<Pick<FeedKit, 'createTeam' | 'setMembers' | 'removeTeam'>>;

/** Groups of Keycloak are a tree: one that is a member lies in the other. */
function createTeams(admin: Admin, idOf: (id: string) => Promise<string>): Teams {
  const groups = new Map<string, string>();
  const pathOf = (id: string): string => `/groups/${groups.get(id)}`;

  async function setMembers(id: string, members: readonly string[]): Promise<void> {
    const group = groups.get(id) ?? '';
    const now = rowsOf(await admin('GET', `${pathOf(id)}/members`)).map((row) =>
      String(row['username']),
    );
    for (const name of members) {
      const inner = groups.get(name);
      if (inner !== undefined) await admin('POST', `${pathOf(id)}/children`, { id: inner, name });
      else if (!now.includes(name))
        await admin('PUT', `/users/${await idOf(name)}/groups/${group}`);
    }
    for (const name of now) {
      if (!members.includes(name))
        await admin('DELETE', `/users/${await idOf(name)}/groups/${group}`);
    }
  }

  return {
    async createTeam(id, members) {
      const attributes = { [GROUP_ATTRIBUTE]: [`${id}@example.test`] };
      const { id: created } = recordOf(await admin('POST', '/groups', { name: id, attributes }));
      groups.set(id, String(created));
      await setMembers(id, members);
    },
    setMembers,
    removeTeam: async (id) => void (await admin('DELETE', pathOf(id))),
  };
}

const personOf = (id: string, aliases: readonly string[]): Representation => ({
  username: id,
  email: `${id}@example.test`,
  firstName: id,
  lastName: 'Person',
  enabled: true,
  emailVerified: true,
  attributes: { [ALIAS_ATTRIBUTE]: aliases },
});

const rowsOf = (content: unknown): readonly Representation[] =>
  Array.isArray(content) ? content.map(recordOf) : [];
