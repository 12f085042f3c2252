import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { initKeycloak } from '../../src/cli/init/keycloak.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { capture } from '../support/command.ts';
import { makePlace } from '../support/instance.ts';
import { openKeycloakForTest } from '../support/keycloak/directory.ts';
import { runKcadm } from '../support/keycloak/kcadm.ts';
import { type KeycloakVersion, startVersion } from '../support/keycloak/version.ts';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

/** The oldest that is meant to work, the last without events that can be followed, and the first with them. */
const VERSIONS = [
  { version: '24.0.5', hasEvents: false, organizations: 'which came with 26' },
  { version: '26.0.8', hasEvents: false, organizations: 'no such role is too old' },
  { version: '26.4.7', hasEvents: true, organizations: 'no such role is too old' },
] as const;

/** More than are looked at where their addresses contain the one that is asked for. */
const CROWD = 120;

/** A version that is not kept yet is fetched, built and given its tables first. */
const VERSION_MS = 900_000;

describeWith(['keycloak'], 'Keycloak of other versions', () => {
  describe.each(VERSIONS)('$version', ({ version, hasEvents, organizations }) => {
    test(
      'is opened by the commands of init, and answers check and lookups',
      async () => {
        const server = await startVersion(version);
        onTestFinished(() => server.remove());
        const section = await prepare(server, organizations !== 'which came with 26');
        const directory = await openKeycloakForTest({ ...section, events: '1m' });
        const find = (key: string) => plain(directory).find(key, AbortSignal.timeout(20_000));
        const isWarm = () =>
          find('nobody@example.org').then(
            ({ length }) => length === 0,
            () => false,
          );
        expect(await until(isWarm, 60_000)).toBe(true);

        expect(await find('ann@example.org')).toMatchObject([{ enabled: true }]);
        expect(await find('a.smith@example.org')).toMatchObject([{ address: 'ann@example.org' }]);
        expect(await find('spaced@example.org')).toMatchObject([{ address: 'ann@example.org' }]);
        expect(await find('team@example.org')).toMatchObject([{ members: ['ann@example.org'] }]);
        // Its count of users by e-mail may be of all who have something like it.
        for (const key of [
          'nn@example.org',
          'smith@example.org',
          'a_n@example.org',
          '*@example.org',
          // Of more than are looked at.
          'n@example.org',
        ]) {
          expect([key, await find(key)]).toEqual([key, []]);
        }
        const failures = await failuresOf(directory);
        expect(failures.filter((text) => !/organizations/.test(text))).toEqual(
          hasEvents ? [] : [expect.stringContaining('can be followed from Keycloak 26.4 on')],
        );
        expect(failures).toContainEqual(expect.stringContaining(organizations));
      },
      VERSION_MS,
    );
  });
});

/** What an administrator of a new realm does; gives the settings that come of it. */
async function prepare(
  { url, home, admin }: KeycloakVersion,
  hasOrganizations: boolean,
): Promise<Record<string, unknown>> {
  await admin('POST', '/realms', {
    realm: 'mail',
    enabled: true,
    sslRequired: 'none',
    ...(hasOrganizations && { organizationsEnabled: true }),
  });
  const place = await makePlace();
  const commands = await capture(() =>
    initKeycloak({
      url,
      realm: 'mail',
      client: 'idpmap',
      domain: ['example.org'],
      aliases: 'mailAlias',
      groups: 'mail',
      events: true,
      organizations: true,
      only: 'commands',
    }),
  );
  await runKcadm(home, place, commands.text);
  const { id } = Object(
    await admin('POST', '/realms/mail/users', {
      username: 'ann',
      email: 'ann@example.org',
      firstName: 'Ann',
      lastName: 'Smith',
      enabled: true,
      attributes: { mailAlias: ['a.smith@example.org', ' spaced@example.org '] },
    }),
  );
  await admin('POST', '/realms/mail/partialImport', {
    ifResourceExists: 'FAIL',
    users: Array.from({ length: CROWD }, (_, i) => ({
      username: `u${i}`,
      email: `u${i}n@example.org`,
      enabled: true,
    })),
  });
  const attributes = { mail: ['team@example.org'] };
  const team = Object(await admin('POST', '/realms/mail/groups', { name: 'team', attributes }));
  await admin('PUT', `/realms/mail/users/${id}/groups/${team.id}`, {});
  return {
    type: 'keycloak',
    url,
    realm: 'mail',
    clientId: 'idpmap',
    clientSecret: { file: join(place, 'mail.secret') },
    aliasAttribute: 'mailAlias',
    groupAttribute: 'mail',
    organizations: {},
  };
}

async function failuresOf(directory: Directory): Promise<readonly string[]> {
  const remarks = (await directory.inspect?.(AbortSignal.timeout(60_000))) ?? [];
  return remarks.filter(({ level }) => level === 'failed').map(({ text }) => text);
}
