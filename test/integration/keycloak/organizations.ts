import { describe, expect, onTestFinished, test } from 'vitest';
import { startInstance } from '../../support/instance.ts';
import { configOf, keycloakSection } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { until } from '../../support/until.ts';

const ORGANIZATIONS = '/realms/mail/organizations';
/** So much sooner than domains are listed again in their time. */
const SOON_MS = 20_000;

/** Registers what an organization's change comes to. */
export function describeOrganizations(server: () => KeycloakServer): void {
  describe('an organization', () => {
    test('that gets a domain makes it ours at once', async () => {
      const { admin } = server();
      const section = { organizations: { verified: 'any' }, events: '1s', domainsRefresh: '1h' };
      const { ask, notes } = await startInstance({
        config: configOf(keycloakSection(server(), 'http', section)),
      });
      const isOurs = async () => (await ask('virtual-domains', 'new.test')) === 'OK new.test';
      const listsOthers = async () =>
        (await ask('virtual-domains', 'unverified.test')) === 'OK unverified.test';
      expect(await until(listsOthers, SOON_MS)).toBe(true);
      expect(await isOurs()).toBe(false);

      const made = await admin('POST', ORGANIZATIONS, {
        name: 'new',
        alias: 'new',
        enabled: true,
        domains: [{ name: 'new.test', verified: false }],
      });
      onTestFinished(async () => {
        await admin('DELETE', `${ORGANIZATIONS}/${Object(made).id}`);
      });
      expect(await until(isOurs, SOON_MS)).toBe(true);
      expect(notes.all.filter(({ level }) => level === 'error')).toEqual([]);
    });
  });
}
