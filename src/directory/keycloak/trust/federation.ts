import type { Log } from '../../../log.ts';
import { Fault } from '../../directory.ts';
import type { UserRow } from '../people/rows.ts';
import type { KeycloakSettings } from '../settings.ts';

/** Knows whether users come from a directory behind Keycloak, whose failures look like "nobody". */
export interface Federation {
  /** Takes note of a user that was shown. */
  readonly see: (user: UserRow) => void;
  /** @throws {Fault} `doubt` where a *none* may come from a directory that Keycloak can't reach */
  believe(): void;
}

/** Creates it for one realm; what it has seen it knows until the settings change. */
export function createFederation(
  { federation }: Pick<KeycloakSettings, 'federation'>,
  name: string,
  log: Log,
): Federation {
  let stranger: string | undefined;
  return {
    see: ({ username, isFederated }) => {
      if (federation !== 'none' || !isFederated || stranger !== undefined) return;
      stranger = username;
      const reason = strangerReason(username);
      log.error({ directory: name, reason }, 'nobody is believed to be absent');
    },
    believe() {
      if (federation === 'live') {
        throw new Fault(
          'doubt',
          'with federation: live nobody is believed to be absent, for Keycloak says so too while the directory behind it is down; put that directory beside this one as type: ldap',
        );
      }
      if (stranger !== undefined) throw new Fault('doubt', strangerReason(stranger));
    },
  };
}

/** What an administrator should set. */
const strangerReason = (username: string): string =>
  `user ${username} comes from a directory behind Keycloak, and while that is down, Keycloak shows nobody who is not imported: set federation: synced where all users are imported by a periodic full sync, else live`;
