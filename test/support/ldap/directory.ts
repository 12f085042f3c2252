import { onTestFinished } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import { openDirectory } from '../../../src/directory/types.ts';
import { quietHooks } from '../hooks.ts';
import { settingsOf } from '../instance.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import type { LdapServer } from './server.ts';

/** How a server is reached; `certificate` is ldaps with SASL EXTERNAL. */
export type Way = 'plain' | 'StartTLS' | 'ldaps' | 'ldapi' | 'certificate';

/** Settings of a directory of type `ldap`, as they stand in a configuration. */
export interface LdapSection {
  readonly [setting: string]: unknown;
  readonly accounts?: object;
  readonly groups?: object;
}

/** The settings for a server and the people in it; `changes` come on top, those of `accounts` and `groups` one by one. */
export function ldapSection(server: LdapServer, way: Way, changes: LdapSection = {}): LdapSection {
  const { accounts, groups, ...others } = changes;
  return {
    type: 'ldap',
    ...reach(server, way),
    preset: server.name,
    base: server.base,
    // A busy machine of the tests is no fault of the server.
    connectTimeout: '20s',
    searchTimeout: '20s',
    accounts: { base: server.accountsBase, mailOnly: ['employeeType=shared'], ...accounts },
    groups: { base: server.groupsBase, ...groups },
    ...others,
  };
}

function reach(server: LdapServer, way: Way): object {
  const { host, port, securePort, ldapi, ca, serverName, bindDn, password } = server;
  const bind = { dn: bindDn, password };
  switch (way) {
    case 'plain':
      return { urls: [`ldap://${host}:${port}`], bind };
    case 'StartTLS':
      return { urls: [`ldap://${host}:${port}`], startTls: true, tls: { ca, serverName }, bind };
    case 'ldaps':
      return { urls: [`ldaps://${host}:${securePort}`], tls: { ca }, bind };
    case 'ldapi':
      return { urls: [`ldapi://${ldapi}`], bind: { sasl: 'external' } };
    case 'certificate': {
      const tls = { ca, ...server.clientCertificate };
      return { urls: [`ldaps://${host}:${securePort}`], tls, bind: { sasl: 'external' } };
    }
  }
}

/** Opens a directory by its settings as a configuration's are read. Whoever opens it closes it. */
export async function openLdap(section: LdapSection): Promise<Directory> {
  const place = await makeTemporaryDirectory('idpmap-ldap');
  try {
    const { directories } = await settingsOf(JSON.stringify(surround(section)), place.path);
    const settings = directories['staff'];
    if (settings === undefined) throw new Error('the directory was not read');
    return await openDirectory(settings, quietHooks());
  } finally {
    await place.remove();
  }
}

const surround = (section: LdapSection): object => ({
  directories: { staff: section },
  domains: { 'example.test': { directory: 'staff' } },
});

/** Opens one that is closed when the test ends. */
export async function openLdapForTest(section: LdapSection): Promise<Directory> {
  const directory = await openLdap(section);
  onTestFinished(() => directory.close());
  return directory;
}
