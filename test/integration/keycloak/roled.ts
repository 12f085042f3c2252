import { randomUUID } from 'node:crypto';
import { makeClient } from '../../support/keycloak/clients.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import type { Representation } from '../../support/keycloak/people.ts';

/** A client of the realm `mail` that a test may spoil. */
export interface RoledClient {
  readonly server: KeycloakServer;
  readonly clientId: string;
  readonly secret: string;
  /** Gives its service account a role of the realm's management, or takes it. */
  grant(role: string): Promise<void>;
  revoke(role: string): Promise<void>;
  change(representation: Representation): Promise<void>;
  remove(): Promise<void>;
}

/**
 * So short that a change shows in the next token within seconds, and no shorter: Keycloak tells what is left of it when it
 * replies, a second less where one has just ended, and what is below five seconds is refused.
 */
const TOKEN_LIFE_S = 8;

/** Creates one with these roles. */
export async function createRoled(
  server: KeycloakServer,
  roles: readonly string[],
  more: Representation = {},
  realm = 'mail',
): Promise<RoledClient> {
  const base = `/realms/${realm}`;
  const { admin } = server;
  const clientId = `spoilt-${randomUUID()}`;
  const { client } = makeClient(clientId, roles, more);
  const attributes = {
    'access.token.lifespan': String(TOKEN_LIFE_S),
    ...Object(client['attributes']),
  };
  const { id } = Object(await admin('POST', `${base}/clients`, { ...client, attributes }));
  const account = Object(await admin('GET', `${base}/clients/${id}/service-account-user`));
  const management = await findManagement(server, base);
  const mappings = `${base}/users/${account.id}/role-mappings/clients/${management}`;

  const map = async (method: 'POST' | 'DELETE', name: string): Promise<void> => {
    const role = await admin('GET', `${base}/clients/${management}/roles/${name}`);
    await admin(method, mappings, [role]);
  };
  for (const role of roles) await map('POST', role);
  return {
    server,
    clientId,
    secret: String(client['secret']),
    grant: (role) => map('POST', role),
    revoke: (role) => map('DELETE', role),
    change: async (representation) => {
      await admin('PUT', `${base}/clients/${id}`, representation);
    },
    remove: async () => {
      await admin('DELETE', `${base}/clients/${id}`);
    },
  };
}

/** The id of the client whose roles these are. */
async function findManagement({ admin }: KeycloakServer, base: string): Promise<string> {
  const [found] = Object(await admin('GET', `${base}/clients?clientId=realm-management`));
  return String(Object(found).id);
}
