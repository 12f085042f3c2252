import type { JsonWebKey } from 'node:crypto';
import type { Representation } from './people.ts';

/** Clients of the realm `mail` that log in by a secret, and what each may do. A secret is the name and `-secret`. */
export const CLIENTS = {
  /** All that idpmap needs. */
  idpmap: ['view-users', 'view-organizations', 'view-events'],
  /** People and groups, no more. */
  'idpmap-users': ['view-users'],
  /** Sees nobody, and is told so by an empty list. */
  'idpmap-query': ['query-users'],
  'idpmap-none': [],
  'idpmap-disabled': ['view-users'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The client that logs in by a signed assertion (`private_key_jwt`), and the id of the key that signs it. */
export const JWT_CLIENT = 'idpmap-jwt';

/** The client that logs in by its certificate, and the subject of that. */
export const CERTIFICATE_CLIENT = 'idpmap-certificate';

/** The secret of a client. */
export const secretOf = (client: string): string => `${client}-secret`;

/** A client with a service account, which has roles of the realm's management. */
export interface Client {
  readonly client: Representation;
  /** Its service account. */
  readonly user: Representation;
}

/** All clients of the realm `mail`. `publicKey` is the one of whoever signs as `JWT_CLIENT`, a JWK. */
export function mailClients(publicKey: JsonWebKey): readonly Client[] {
  // Without `use`, Keycloak does not see the key.
  const key = { ...publicKey, kid: JWT_CLIENT, alg: 'ES256', use: 'sig' };
  const jwks = JSON.stringify({ keys: [key] });
  return [
    ...Object.entries(CLIENTS).map(([id, roles]) => makeClient(id, roles)),
    makeClient(JWT_CLIENT, ['view-users'], {
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.url': 'false', 'use.jwks.string': 'true', 'jwks.string': jwks },
    }),
    makeClient(CERTIFICATE_CLIENT, ['view-users'], {
      clientAuthenticatorType: 'client-x509',
      attributes: {
        'x509.subjectdn': `CN=${CERTIFICATE_CLIENT}`,
        'x509.allow.regex.pattern.comparison': 'false',
      },
    }),
  ];
}

/** A client that logs in by its secret, unless `more` says otherwise. */
export function makeClient(
  id: string,
  roles: readonly string[],
  more: Representation = {},
): Client {
  return {
    client: {
      clientId: id,
      secret: secretOf(id),
      enabled: id !== 'idpmap-disabled',
      publicClient: false,
      clientAuthenticatorType: 'client-secret',
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      ...more,
    },
    user: {
      username: `service-account-${id}`,
      serviceAccountClientId: id,
      enabled: true,
      clientRoles: { 'realm-management': roles },
    },
  };
}
