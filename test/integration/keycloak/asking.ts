import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check } from '../../../src/cli/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import { capture } from '../../support/command.ts';
import { answerBy, type Script } from '../../support/dialogue.ts';
import { makePlace } from '../../support/instance.ts';
import { secretOf } from '../../support/keycloak/clients.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';

/** Registers what `idpmap init keycloak` asks in a terminal. */
export function describeAsking(server: () => KeycloakServer): void {
  const answers = (client: string, secret: string): Script => [
    [/Where Keycloak answers/, server().url],
    [/The realm/, 'mail'],
    [/Domains/, 'example.test'],
    [/holds aliases/, 'mailAlias'],
    [/group's address/, 'mail'],
    [/client .*\[idpmap\]/, client],
    [/Its secret .*nothing where the client is yet to be made/, secret],
  ];

  test('the realm that is told of in a terminal is tried, shows its people, and passes check', async () => {
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, answers('', secretOf('idpmap')));
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).toMatch(/shows \d{3,} addresses: \S+@\S+, \S+@\S+, \S+@\S+ …/);
    expect(said).not.toContain(secretOf('idpmap'));
    const { code: verdict, text } = await capture(() =>
      check({ config: output, queueDirectory: '/var/spool/postfix' }),
    );
    expect({ verdict, text }).toMatchObject({ verdict: EXIT.ok });
  });

  test('a secret that the realm refuses is told, and asked for again', async () => {
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('keycloak', { output }, [
      ...answers('', 'mistyped-secret'),
      [/failed .*401.*again or write/s, ''],
      ...['Where', 'realm', 'Domains', 'aliases', 'group', 'client'].map(
        (word) => [new RegExp(word), ''] as const,
      ),
      [/Its secret .*\[as before\]/, secretOf('idpmap')],
    ]);
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).not.toContain('mistyped-secret');
  });
}
