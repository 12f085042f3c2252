import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { check } from '../../../src/cli/check/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import { capture } from '../../support/command.ts';
import { answerBy, type Script } from '../../support/dialogue.ts';
import { makePlace } from '../../support/instance.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import {
  ALIAS_ATTRIBUTE,
  GROUP_ATTRIBUTE,
  type Representation,
} from '../../support/keycloak/people.ts';
import { makeRealm } from '../../support/keycloak/realms.ts';
import { createRoled, type RoledClient } from './roled.ts';

/** A realm without what those of other tests have to try idpmap with. */
const REALM = 'asked';

const person = (username: string, more: Representation = {}): Representation => ({
  username,
  email: `${username}@example.test`,
  enabled: true,
  ...more,
});

const PEOPLE = [
  person('ann', { attributes: { [ALIAS_ATTRIBUTE]: ['a.smith@example.test'] } }),
  person('bob'),
  person('dora'),
];

const GROUPS = [{ name: 'team', attributes: { [GROUP_ATTRIBUTE]: ['team@example.test'] } }];

/** A token as a realm gives it; `check` would tell of one that is over in seconds. */
const LASTING = { 'access.token.lifespan': '300' };

/** Registers what `idpmap init keycloak` comes to before a realm: asked in a terminal, and by options alone. */
export function describeAsking(server: () => KeycloakServer): void {
  describe('what init asks', () => {
    beforeAll(async () => {
      await server().admin('POST', '/realms', makeRealm(REALM, PEOPLE, [], { groups: GROUPS }));
    });
    afterAll(async () => {
      await server()?.admin('DELETE', `/realms/${REALM}`);
    });
    describeDialogues(server);
  });
}

function describeDialogues(server: () => KeycloakServer): void {
  const make = async (...roles: readonly string[]): Promise<RoledClient> => {
    const client = await createRoled(server(), roles, { attributes: LASTING }, REALM);
    onTestFinished(() => client.remove());
    return client;
  };
  const answers = (client: string, secret: string): Script => [
    [/Where Keycloak answers/, server().url],
    [/The realm/, REALM],
    [/Domains/, 'example.test'],
    [/holds aliases/, 'mailAlias'],
    [/group's address/, 'mail'],
    [/client .*\[idpmap\]/, client],
    [/Its secret .*nothing where the client is yet to be made/, secret],
  ];
  const expectChecked = async (config: string) => {
    const asked = () => check({ config, queueDirectory: '/var/spool/postfix' });
    const { code, text } = await capture(asked);
    expect([code, text]).toEqual([EXIT.ok, text]);
  };

  test('a realm that is told of in a terminal is tried, shows its people, and passes check', async () => {
    const { clientId, secret } = await make('view-users', 'view-realm');
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, answers(clientId, secret));
    expect([code, said]).toEqual([EXIT.ok, said]);
    expect(said).toMatch(
      /shows 5 addresses: ann@example\.test, a\.smith@example\.test, bob@example\.test …/,
    );
    expect(said).not.toContain(secret);
    await expectChecked(output);
  });

  test('a role that the client lacks is told with the command that gives it, and tried again then', async () => {
    const client = await make('view-users');
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, [
      ...answers(client.clientId, client.secret),
      [
        /failed .*add-roles -r asked --uusername service-account-\S+ .*--rolename view-realm.*again, try or write/s,
        async () => {
          await client.grant('view-realm');
          return 'try';
        },
      ],
    ]);
    expect([code, said]).toEqual([EXIT.ok, said]);
    await expectChecked(output);
  });

  test('a secret that the realm refuses is told, and asked for again', async () => {
    const { clientId, secret } = await make('view-users', 'view-realm');
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, [
      ...answers(clientId, 'mistyped-secret'),
      [/failed .*401.*again, try or write/s, ''],
      ...['Where', 'realm', 'Domains', 'aliases', 'group', 'client'].map(
        (word) => [new RegExp(word), ''] as const,
      ),
      [/Its secret .*\[as before\]/, secret],
    ]);
    expect([code, said]).toEqual([EXIT.ok, said]);
    expect(said).not.toContain('mistyped-secret');
  });

  test('a realm that options tell of is tried without a question, its secret staying where it is', async () => {
    const { clientId, secret } = await make('view-users', 'view-realm');
    const place = await makePlace();
    const [output, secretFile] = [join(place, 'idpmap.yaml'), join(place, 'asked.secret')];
    await writeFile(secretFile, secret);
    const { code, said } = await answerBy(
      'keycloak',
      {
        output,
        secretFile,
        url: server().url,
        realm: REALM,
        domain: ['example.test'],
        client: clientId,
      },
      [],
    );
    expect({ code, said }).toEqual({ code: EXIT.ok, said: '' });
    await expectChecked(output);
    expect((await readdir(place)).toSorted()).toEqual(['asked.secret', 'idpmap.yaml']);
  });
}
