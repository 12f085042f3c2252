import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../support/conformance/subject.ts';
import { makePlace } from '../../support/instance.ts';
import { CERTIFICATE_CLIENT, JWT_CLIENT } from '../../support/keycloak/clients.ts';
import {
  type KeycloakSection,
  keycloakSection,
  openKeycloakForTest,
} from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { startIssuer } from './issuer.ts';
import { createRoled } from './roled.ts';

const WORKLOAD = 'system:serviceaccount:mail:idpmap';

/** Registers the ways to log in. */
export function describeLogins(server: () => KeycloakServer): void {
  const open = (changes: KeycloakSection) =>
    openKeycloakForTest(keycloakSection(server(), 'https', changes));
  const ofCertificate = (): KeycloakSection => ({
    clientId: CERTIFICATE_CLIENT,
    clientCertificate: true,
    tls: { ca: server().ca, ...server().clientCertificate },
  });
  const ofKey = (): KeycloakSection => ({
    clientId: JWT_CLIENT,
    privateKey: { file: server().jwtKey, algorithm: 'ES256', keyId: JWT_CLIENT },
  });

  describe('a client that logs in', () => {
    test.each([
      ['what its key signs', ofKey],
      ['its certificate', ofCertificate],
    ])('by %s sees who is there and who is not', async (_, changes) => {
      const directory = await open(changes());
      expect(await ask(directory, 'ann@example.test')).toHaveLength(1);
      expect(await ask(directory, 'nobody@example.test')).toEqual([]);
    });

    test('by its certificate tells when that and the server’s expire', async () => {
      const directory = await open(ofCertificate());
      await ask(directory, 'ann@example.test');
      const { certificateExpiresAt = 0, clientCertificateExpiresAt = 0 } = directory.figures ?? {};
      expect(Math.min(certificateExpiresAt, clientCertificateExpiresAt)).toBeGreaterThan(
        Date.now(),
      );
    });

    test('by a certificate that is not its own is told to look at it', async () => {
      const directory = await open({ ...ofCertificate(), clientId: JWT_CLIENT });
      await expect(ask(directory, 'ann@example.test')).rejects.toThrow(
        /gives idpmap-jwt no token in realm mail: 40[01] .*check clientId and tls\.cert/,
      );
    });

    test('by a Kubernetes token sees who is there and who is not, also when the token changed', async () => {
      const issuer = await startIssuer();
      await trust(server(), issuer.url);
      const client = await createRoled(server(), ['view-users'], {
        clientAuthenticatorType: 'federated-jwt',
        attributes: { 'jwt.credential.issuer': CLUSTER, 'jwt.credential.sub': WORKLOAD },
      });
      onTestFinished(() => client.remove());
      const file = join(await makePlace(), 'token');
      const audience = `${server().httpsUrl}/realms/mail`;
      await writeFile(file, issuer.sign('system:serviceaccount:mail:other', audience));
      const directory = await open({ clientId: client.clientId, serviceAccountToken: file });
      await expect(ask(directory, 'ann@example.test')).rejects.toThrow(
        /no token in realm mail: 40[01] .*check serviceAccountToken: its audience/,
      );
      await writeFile(file, `${issuer.sign(WORKLOAD, audience)}\n`);
      await expect
        .poll(() => ask(directory, 'ann@example.test').catch(() => []), { timeout: 30_000 })
        .toHaveLength(1);
      await expect
        .poll(() => ask(directory, 'nobody@example.test').catch(String), { timeout: 30_000 })
        .toEqual([]);
    });
  });
}

/** The alias of the identity provider. */
const CLUSTER = 'cluster';

/** Has the realm take what a cluster signs, until the test ends. */
async function trust({ admin }: KeycloakServer, issuer: string): Promise<void> {
  const instances = '/realms/mail/identity-provider/instances';
  await admin('POST', instances, {
    alias: CLUSTER,
    providerId: 'kubernetes',
    enabled: true,
    config: { issuer },
  });
  onTestFinished(async () => {
    await admin('DELETE', `${instances}/${CLUSTER}`);
  });
}
