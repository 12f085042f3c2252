import type { KeycloakSettings } from '../settings.ts';
import type { UserRow } from './rows.ts';

/** What a search for holders goes by. */
export interface FindOptions {
  readonly settings: FindSettings;
  /** Takes note of everybody whom Keycloak shows. */
  readonly seen: (user: UserRow) => void;
  /** Whether Keycloak counts users by what an attribute contains, as a part is listed. */
  readonly counts: (attribute: string) => boolean;
  /** Keycloak took a key for an attack. */
  readonly blocked: () => void;
  /** How groups write addresses that Keycloak would not find as they are asked for. */
  readonly groups: GroupSpellings;
  /** How users write an address in a field or attribute with letters that nobody is asked for by. */
  readonly writtenIn: (name: string, address: string) => readonly string[];
}

/** How groups write their addresses, as a walk through all of them has seen it: Keycloak compares these as they stand. */
export interface GroupSpellings {
  /** The values that mean `address`, which is normalised, and that a question for it would not find. */
  of(address: string): readonly string[];
  /** Whether the last walk saw all groups, and none of them has `address`. */
  lack(address: string): boolean;
  /** Waits for the first walk. @throws {Fault} where it did not come to its end */
  ready(signal: AbortSignal): Promise<void>;
}

/** The settings that a search needs. */
export type FindSettings = Pick<
  KeycloakSettings,
  'addressFrom' | 'aliasAttribute' | 'groupAttribute' | 'logins' | 'emailVerified' | 'groups'
>;
