import type { Cause } from '../../../../src/directory/directory.ts';
import type { KeycloakSettings } from '../../../../src/directory/keycloak/settings.ts';
import type { Asked, ScriptedKeycloak, ScriptedReply } from '../../../support/keycloak/script.ts';
import type { Opened } from '../fixture.ts';

/** One fault that the directory can raise, and who can cause it. */
export interface Row {
  /** What it says, a part of it. */
  readonly fault: string;
  /** Where it is made, below `src/directory/keycloak`. */
  readonly at: string;
  /**
   * The one with the least power who can cause it: a stranger by what mail is sent to, a user by what they hold, whoever
   * administers Keycloak, idpmap or what stands between, the network, or Keycloak and its database.
   */
  readonly cause: 'a stranger' | 'a user' | 'an administrator' | 'the network' | 'the server';
  readonly kind: Cause;
  /** Whether it counts for the circuit, which stops all questions. */
  readonly opens: boolean;
  readonly given: Given;
}

/** How it comes about. */
export interface Given {
  readonly settings?: Partial<KeycloakSettings>;
  /** Whether it speaks TLS, by an authority that nobody trusts. */
  readonly isSecure?: true;
  /** Before the directory is opened. */
  readonly prepare?: (keycloak: ScriptedKeycloak) => void;
  /** What Keycloak says from then on; `ends` is the question's own. */
  readonly script?: (asked: Asked, ends: AbortController) => ScriptedReply | undefined;
  /** From the start on: else the first self-check is over, which was told that all is well. */
  readonly early?: true;
  /** Directly before the question. */
  readonly before?: (
    directory: Opened['directory'],
    keycloak: ScriptedKeycloak,
  ) => Promise<unknown>;
  /** What is asked for; absent: an address that nobody has. */
  readonly key?: string;
}

/** Answers questions for one key so, be they for users or groups; others as ever. */
export const toKey =
  (reply: ScriptedReply): NonNullable<Given['script']> =>
  ({ query }) =>
    ['email', 'username', 'q'].some((name) => name in query) ? reply : undefined;

/** Answers all questions so that need a token. */
export const toAll =
  (reply: ScriptedReply): NonNullable<Given['script']> =>
  ({ path }) =>
    path.endsWith('/token') ? undefined : reply;

/** Answers the request for a token so. */
export const toToken =
  (reply: ScriptedReply): NonNullable<Given['script']> =>
  ({ path }) =>
    path.endsWith('/token') ? reply : undefined;
