import type { Clock } from '../../../clock.ts';
import type { Remark } from '../../directory.ts';
import type { Ask } from '../http/api.ts';
import type { Site } from '../http/site.ts';
import type { Tokens } from '../login/token.ts';
import type { FindOptions } from '../people/options.ts';
import type { KeycloakSettings } from '../settings.ts';
import type { Federation } from '../trust/federation.ts';

/** What an inspection goes by. */
export interface InspectOptions {
  readonly settings: KeycloakSettings;
  readonly site: Site;
  readonly tokens: Pick<Tokens, 'take'>;
  readonly ask: Ask;
  readonly find: FindOptions;
  readonly federation: Federation;
  /** Tells Keycloak's time. */
  readonly clock: Clock;
}

/** Looks at one thing, and says what to mend. */
export type Look = (options: InspectOptions, signal: AbortSignal) => Promise<readonly Remark[]>;

export const ok = (text: string): Remark => ({ level: 'ok', text });
export const warning = (text: string): Remark => ({ level: 'warning', text });
export const failed = (text: string): Remark => ({ level: 'failed', text });

const SHOWN = 5;

/** The first few of a list, in words. */
export const some = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(', ') +
  (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');
