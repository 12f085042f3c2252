import type { Secret } from '../../config/sources/secret.ts';
import type { ClientTls } from '../tls.ts';

/** The key that signs our assertions (RFC 7523). */
export interface PrivateKey {
  /** PEM file. */
  readonly file: string;
  readonly algorithm: 'ES256' | 'RS256';
  readonly keyId?: string;
}

/** Which domains of organizations are ours. */
export interface OrganizationSettings {
  /** `required`: only those that Keycloak calls verified. */
  readonly verified: 'required' | 'any';
  /** Only these; absent: whatever organizations have. */
  readonly allowDomains?: readonly string[];
}

/** What in a user may be a SASL login. */
export type LoginField = 'username' | 'email';

/** The settings of a directory of type `keycloak`: one realm. Durations in milliseconds. */
export interface KeycloakSettings {
  /** With its path prefix, without a slash at the end. Tokens and questions go there. */
  readonly url: string;
  readonly realm: string;
  readonly clientId: string;
  /** How the client proves itself: exactly one of these four. */
  readonly clientSecret?: Secret;
  readonly privateKey?: PrivateKey;
  /** By the certificate in `tls`. */
  readonly clientCertificate?: boolean;
  /** The file of a projected Kubernetes service-account token. */
  readonly serviceAccountToken?: string;
  readonly tls: ClientTls;
  /** What holds an account's own address: `email`, `username`, or the name of an attribute. */
  readonly addressFrom: string;
  /** The user attribute that holds further addresses; absent: nobody has any. */
  readonly aliasAttribute?: string;
  /** The group attribute that holds a group's address; absent: groups have none. */
  readonly groupAttribute?: string;
  readonly logins: readonly LoginField[];
  /** `required`: whoever has not verified the e-mail address does not hold it. */
  readonly emailVerified: 'any' | 'required';
  /** Whether users come from elsewhere, and whether Keycloak knows all of them; `auto`: that is found out. */
  readonly federation: 'auto' | 'none' | 'synced' | 'live';
  /** What has to be shown before somebody is believed to be absent: a user, or that the realm answers. */
  readonly proof: 'users' | 'realm';
  /** Absent: domains are not listed. */
  readonly organizations?: OrganizationSettings;
  /** An account's own address that is always there. */
  readonly canary?: string;
  /** How often admin events are read. */
  readonly events: number | 'off';
  readonly selfCheck: number;
  /** Groups within groups, and members of the whole; beyond, its mail is deferred. */
  readonly groups: { readonly depth: number; readonly members: number };
  /** Sockets for lookups. */
  readonly connections: number;
}
