import { onTestFinished } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import type { DirectoryHooks } from '../../../src/directory/hooks.ts';
import { openDirectory } from '../../../src/directory/types.ts';
import { quietHooks } from '../hooks.ts';
import { settingsOf } from '../instance.ts';
import { CROWD, MAIL_DOMAINS } from '../ldap/population.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { secretOf } from './clients.ts';
import type { KeycloakServer } from './keycloak.ts';
import { ALIAS_ATTRIBUTE, GROUP_ATTRIBUTE } from './people.ts';

/** How a server is reached. */
export type Road = 'http' | 'https';

/** Settings of a directory of type `keycloak`, as they stand in a configuration. */
export type KeycloakSection = Readonly<Record<string, unknown>>;

/** The settings for a server and the people in its realm `mail`; `changes` come on top. */
export function keycloakSection(
  server: KeycloakServer,
  road: Road,
  changes: KeycloakSection = {},
): KeycloakSection {
  return {
    type: 'keycloak',
    ...(road === 'http' ? { url: server.url } : { url: server.httpsUrl, tls: { ca: server.ca } }),
    realm: 'mail',
    ...(LOGINS.some((login) => login in changes) ? {} : loginOf('idpmap')),
    // Its clients do not see the realm's settings.
    federation: 'none',
    aliasAttribute: ALIAS_ATTRIBUTE,
    groupAttribute: GROUP_ATTRIBUTE,
    organizations: { allowDomains: MAIL_DOMAINS },
    groups: { members: CROWD + 1 },
    ...changes,
  };
}

const LOGINS = ['clientSecret', 'privateKey', 'clientCertificate', 'serviceAccountToken'];

/** The settings by which a client logs in that has a secret. */
export const loginOf = (client: string): KeycloakSection => ({
  clientId: client,
  clientSecret: secretOf(client),
});

/** A whole configuration with the directory `staff`, which holds the domains of the people. */
export function configOf(section: KeycloakSection, more: KeycloakSection = {}): string {
  const domains = MAIL_DOMAINS.map((name) => [name, { directory: 'staff' }] as const);
  const all = {
    directories: { staff: section },
    domains: Object.fromEntries(domains),
    ...more,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return lines.join('\n');
}

/** Opens a directory by its settings as a configuration's are read. Whoever opens it closes it. */
export async function openKeycloak(
  section: KeycloakSection,
  hooks: Partial<DirectoryHooks> = {},
): Promise<Directory> {
  const place = await makeTemporaryDirectory('idpmap-keycloak');
  try {
    const { directories } = await settingsOf(configOf(section), place.path);
    const settings = directories['staff'];
    if (settings === undefined) throw new Error('the directory was not read');
    return await openDirectory(settings, quietHooks(hooks));
  } finally {
    await place.remove();
  }
}

/** Opens one that is closed when the test ends. */
export async function openKeycloakForTest(
  section: KeycloakSection,
  hooks: Partial<DirectoryHooks> = {},
): Promise<Directory> {
  const directory = await openKeycloak(section, hooks);
  onTestFinished(() => directory.close());
  return directory;
}
