import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { check } from '../../../src/cli/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import { capture } from '../../support/command.ts';
import { answerBy, type Script } from '../../support/dialogue.ts';
import { makePlace } from '../../support/instance.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { createRoled, type RoledClient } from './roled.ts';

/** Registers what `idpmap init keycloak` comes to before a realm: asked in a terminal, and by options alone. */
export function describeAsking(server: () => KeycloakServer): void {
  const make = async (...roles: readonly string[]): Promise<RoledClient> => {
    const client = await createRoled(server(), roles);
    onTestFinished(() => client.remove());
    return client;
  };
  const answers = (client: string, secret: string): Script => [
    [/Where Keycloak answers/, server().url],
    [/The realm/, 'mail'],
    [/Domains/, 'example.test'],
    [/holds aliases/, 'mailAlias'],
    [/group's address/, 'mail'],
    [/client .*\[idpmap\]/, client],
    [/Its secret .*nothing where the client is yet to be made/, secret],
  ];
  const expectChecked = async (config: string) => {
    const asked = () => check({ config, queueDirectory: '/var/spool/postfix' });
    const { code, text } = await capture(asked);
    expect({ code, text }).toMatchObject({ code: EXIT.ok });
  };

  test('a realm that is told of in a terminal is tried, shows its people, and passes check', async () => {
    const { clientId, secret } = await make('view-users', 'view-realm');
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, answers(clientId, secret));
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).toMatch(/shows \d{2,} addresses: \S+@\S+, \S+@\S+, \S+@\S+ …/);
    expect(said).not.toContain(secret);
    await expectChecked(output);
  });

  test('a role that the client lacks is told with the command that gives it, and tried again then', async () => {
    const client = await make('view-users');
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, [
      ...answers(client.clientId, client.secret),
      [
        /failed .*add-roles -r mail --uusername service-account-\S+ .*--rolename view-realm.*again, try or write/s,
        async () => {
          await client.grant('view-realm');
          return 'try';
        },
      ],
    ]);
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
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
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).not.toContain('mistyped-secret');
  });

  test('a realm that options tell of is tried without a question, its secret staying where it is', async () => {
    const { clientId, secret } = await make('view-users', 'view-realm');
    const place = await makePlace();
    const [output, secretFile] = [join(place, 'idpmap.yaml'), join(place, 'mail.secret')];
    await writeFile(secretFile, secret);
    const { code, said } = await answerBy(
      'keycloak',
      {
        output,
        secretFile,
        url: server().url,
        realm: 'mail',
        domain: ['example.test'],
        client: clientId,
      },
      [],
    );
    expect({ code, said }).toEqual({ code: EXIT.ok, said: '' });
    await expectChecked(output);
    expect((await readdir(place)).toSorted()).toEqual(['idpmap.yaml', 'mail.secret']);
  });
}
