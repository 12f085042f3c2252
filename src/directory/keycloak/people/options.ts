import type { KeycloakSettings } from '../settings.ts';
import type { UserRow } from './rows.ts';

/** What a search for holders goes by. */
export interface FindOptions {
  readonly settings: FindSettings;
  /** Takes note of everybody whom Keycloak shows. */
  readonly seen: (user: UserRow) => void;
  /** Keycloak took a key for an attack. */
  readonly blocked: () => void;
}

/** The settings that a search needs. */
export type FindSettings = Pick<
  KeycloakSettings,
  'addressFrom' | 'aliasAttribute' | 'groupAttribute' | 'logins' | 'emailVerified' | 'groups'
>;
