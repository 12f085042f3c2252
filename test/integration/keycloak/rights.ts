import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makePlace } from '../../support/instance.ts';
import { configOf, keycloakSection } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { createRoled, type RoledClient } from './roled.ts';
import { WATCHED, watch } from './watched.ts';

/** What an administrator does to a client, and how it is mended. */
interface Trouble {
  readonly title: string;
  readonly begin: (client: RoledClient) => Promise<void>;
  /** `secret` is the file of idpmap's settings. */
  readonly mend: (client: RoledClient, secret: string) => Promise<void>;
  /** What the log says. */
  readonly reason: RegExp;
}

const TROUBLES: readonly Trouble[] = [
  {
    title: 'a role that is taken away',
    begin: (client) => client.revoke('view-users'),
    mend: (client) => client.grant('view-users'),
    reason: /lacks a role, run: kcadm\.sh add-roles .*view-users/,
  },
  {
    title: 'a role that only lets count users, and hides them',
    begin: async (client) => {
      await client.grant('query-users');
      await client.revoke('view-users');
    },
    mend: (client) => client.grant('view-users'),
    // Groups are refused to it, so only a probe that was under way then has seen the count.
    reason:
      /counts \d+ users in realm mail and shows none|lacks a role, run: kcadm\.sh add-roles .*view-users|does not name the role view-users/,
  },
  {
    title: 'a secret that was changed',
    begin: (client) => client.change({ secret: 'changed' }),
    mend: (_, secret) => writeFile(secret, 'changed\n'),
    reason: /401 .*check clientId and clientSecret/,
  },
  {
    title: 'a client that was disabled',
    begin: (client) => client.change({ enabled: false }),
    mend: (client) => client.change({ enabled: true }),
    reason: /401 .*client is enabled/,
  },
  {
    title: 'a realm that was disabled',
    begin: ({ server }) => disableRealm(server, true),
    mend: ({ server }) => disableRealm(server, false),
    reason: /403 .*is the realm enabled\?/,
  },
];

/** Registers what becomes of mail while an administrator's change keeps idpmap out, and that it ends with the change. */
export function describeRights(server: () => KeycloakServer): void {
  describe('what keeps idpmap out', () => {
    test.each(TROUBLES)('$title denies nobody', async ({ begin, mend, reason }) => {
      const client = await createRoled(server(), ['view-users']);
      onTestFinished(() => client.remove());
      const secret = join(await makePlace(), 'secret');
      await writeFile(secret, client.secret);
      const watched = await watch(
        keycloakSection(server(), 'http', {
          clientId: client.clientId,
          clientSecret: { file: secret },
        }),
      );
      await begin(client);
      await watched.doubting();
      await watched.told(reason);
      await mend(client, secret);
      await watched.healthy();
      expect(await watched.end()).toEqual([]);
    });

    test.each([
      { to: 'another realm', realm: 'Mail', reason: /no realm Mail, check its name, case counts/ },
      { to: 'another prefix', prefix: '/auth', reason: /try url without \/auth at its end/ },
      { to: 'a closed realm', realm: 'closed', reason: /is the realm enabled\?/ },
    ])('settings that lead to $to deny nobody', async ({ realm = 'mail', prefix = '', reason }) => {
      const right = keycloakSection(server(), 'http');
      const watched = await watch(right);
      const { instance } = watched;
      const wrong = { ...right, realm, url: `${server().url}${prefix}` };
      expect(await instance.reload(configOf(wrong, WATCHED))).toBe(true);
      await watched.doubting();
      await watched.told(reason);
      expect(await instance.reload(configOf(right, WATCHED))).toBe(true);
      await watched.healthy();
      expect(await watched.end()).toEqual([]);
    });
  });
}

async function disableRealm({ admin }: KeycloakServer, isDisabled: boolean): Promise<void> {
  await admin('PUT', '/realms/mail', { enabled: !isDisabled });
}
