import { describe, expect, onTestFinished, test } from 'vitest';
import { keycloakSection, openKeycloakForTest } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { ALIAS_ATTRIBUTE, type Representation } from '../../support/keycloak/people.ts';
import { plain } from '../../support/plain.ts';
import { until } from '../../support/until.ts';

const REALM = '/realms/mail';
const OFF = { bruteForceProtected: false };

/** How a realm may answer wrong passwords. */
const LOCKOUTS: readonly { readonly title: string; readonly rules: Representation }[] = [
  {
    title: 'for a time',
    rules: { permanentLockout: false, failureFactor: 2, waitIncrementSeconds: 600 },
  },
  { title: 'for good', rules: { permanentLockout: true, failureFactor: 2 } },
  {
    title: 'for good, after a time',
    rules: {
      permanentLockout: true,
      failureFactor: 1,
      maxTemporaryLockouts: 1,
      waitIncrementSeconds: 1,
      maxFailureWaitSeconds: 1,
    },
  },
];

/** Registers that whoever guesses passwords keeps nobody from mail. */
export function describeLockouts(server: () => KeycloakServer): void {
  describe('wrong guesses', () => {
    test.each(LOCKOUTS)(
      'that lock somebody $title refuse no mail',
      async ({ title, rules }) => {
        const { admin, url } = server();
        await admin('PUT', REALM, {
          bruteForceProtected: true,
          maxTemporaryLockouts: 0,
          quickLoginCheckMilliSeconds: 0,
          ...rules,
        });
        onTestFinished(() => admin('PUT', REALM, OFF).then(() => {}));
        const name = `victor${title.length}`;
        const { id } = Object(await admin('POST', `${REALM}/users`, makeVictim(name)));
        onTestFinished(() => admin('DELETE', `${REALM}/users/${id}`).then(() => {}));
        const isLocked = async (): Promise<boolean> => {
          await guess(url, name);
          const path = `${REALM}/attack-detection/brute-force/users/${id}`;
          const { disabled } = Object(await admin('GET', path));
          const user = Object(await admin('GET', `${REALM}/users/${id}`));
          return rules['permanentLockout'] === true ? user.enabled === false : disabled === true;
        };
        expect(await until(isLocked, 60_000)).toBe(true);

        for (const section of [{}, { aliasAttribute: ALIAS_ATTRIBUTE, groupAttribute: 'mail' }]) {
          const directory = await openKeycloakForTest(keycloakSection(server(), 'http', section));
          const find = (key: string) => plain(directory).find(key, new AbortController().signal);
          for (const key of [`${name}@example.test`, `alias-of-${name}@example.test`]) {
            expect(await find(key)).toMatchObject([{ enabled: true }]);
          }
        }
      },
      120_000,
    );
  });
}

const makeVictim = (name: string): Representation => ({
  username: name,
  email: `${name}@example.test`,
  firstName: 'Victor',
  lastName: 'Victim',
  enabled: true,
  emailVerified: true,
  attributes: { [ALIAS_ATTRIBUTE]: [`alias-of-${name}@example.test`] },
  credentials: [{ type: 'password', value: 'right', temporary: false }],
});

/** Tries a wrong password as anybody can. */
async function guess(url: string, username: string): Promise<void> {
  await fetch(`${url}/realms/mail/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username,
      password: 'wrong',
    }),
  });
}
