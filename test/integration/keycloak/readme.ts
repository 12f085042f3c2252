import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { makePlace } from '../../support/instance.ts';
import { runKcadm } from '../../support/keycloak/kcadm.ts';
import { KEYCLOAK_START_MS, type KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { bootHost, expectMail, packageMount } from '../../support/newcomer.ts';
import { readBlock, readSteps } from '../../support/readme.ts';
import { describeWith } from '../../support/requirement.ts';
import { MACHINE_START_MS } from '../../support/systemd/machine.ts';

/** Registers the README's way from a realm to accepted mail, word for word. It makes the realm anew. */
export function describeReadme(running: () => KeycloakServer): void {
  describeWith(['root', 'podman', 'nfpm'], 'the README, word for word', () => {
    test(
      'leads from a realm to accepted mail, by the package',
      async () => {
        const server = running();
        // A realm as people have it before they hear of idpmap.
        await server.admin('DELETE', '/realms/mail');
        await server.admin('POST', '/realms', { realm: 'mail', enabled: true });
        const ann = { username: 'ann', email: 'ann@example.org', enabled: true };
        await server.admin('POST', '/realms/mail/users', ann);
        const host = await bootHost([await packageMount()]);
        onTestFinished(() => host.stop());
        const { machine } = host;
        const { install, run } = readSteps('package');
        const newcomer = host.seat({
          place: '/root',
          own: {
            'url: https://sso.example.org ': `tls: { ca: ca.pem }\n    url: ${server.httpsUrl} `,
            'https://sso.example.org': server.httpsUrl,
          },
        });
        await machine.reach(server.httpsPort);
        await newcomer.type(install);
        await machine.write('/etc/idpmap/ca.pem', await readFile(server.ca, 'utf8'));
        const init = readBlock('**From Keycloak.**', 'sh').trim();
        const printed = await newcomer.type([{ command: init, stays: false }]);
        const place = await makePlace();
        await runKcadm(server.home, place, commandsOf(printed, server));
        await newcomer.write(
          '/etc/idpmap/mail.secret',
          await readFile(join(place, 'mail.secret'), 'utf8'),
        );
        await newcomer.write(
          '/etc/idpmap/idpmap.yaml',
          readBlock('becomes `/etc/idpmap/idpmap.yaml`:', 'yaml'),
        );
        await expectMail(newcomer, run);
      },
      KEYCLOAK_START_MS + MACHINE_START_MS,
    );
  });
}

/** The commands that are printed beside a configuration. Keycloak's own programs are told of no authority but over http. */
const commandsOf = (
  printed: string,
  server: { readonly httpsUrl: string; readonly url: string },
): string =>
  printed.slice(printed.indexOf('kcadm.sh config')).replaceAll(server.httpsUrl, server.url);
