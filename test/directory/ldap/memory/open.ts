import { onTestFinished } from 'vitest';
import { Secret } from '../../../../src/config/sources/secret.ts';
import type { Directory } from '../../../../src/directory/directory.ts';
import type { DirectoryHooks } from '../../../../src/directory/hooks.ts';
import { createLdapDirectory } from '../../../../src/directory/ldap/ldap.ts';
import type { LdapSettings } from '../../../../src/directory/ldap/settings.ts';
import { quietHooks } from '../../../support/hooks.ts';
import { settingsWith } from '../branchfixture.ts';
import type { Attributes, MemoryServer } from './server.ts';

export const BASE = 'dc=x';

/** As whom idpmap asks in these tests; it has an entry, as services often have. */
export const LOGIN = 'uid=svc,ou=people,dc=x';

/** The containers that everything lies in. */
export const CONTAINERS: Readonly<Record<string, Attributes>> = {
  'dc=x': { objectClass: 'domain' },
  'ou=people,dc=x': { objectClass: 'organizationalUnit' },
  'ou=groups,dc=x': { objectClass: 'organizationalUnit' },
};

/** Somebody by login, with an address of it. */
export const person = (
  uid: string,
  more: Attributes = {},
): Readonly<Record<string, Attributes>> => ({
  [`uid=${uid},ou=people,dc=x`]: {
    objectClass: 'inetOrgPerson',
    uid,
    mail: `${uid}@example.org`,
    ...more,
  },
});

/** A group with an address, and members by name. */
export const team = (
  cn: string,
  members: readonly string[],
  more: Attributes = {},
): Readonly<Record<string, Attributes>> => ({
  [`cn=${cn},ou=groups,dc=x`]: {
    objectClass: 'groupOfNames',
    cn,
    mail: `${cn}@example.org`,
    ...(members.length > 0 && { member: members.map(dnOf) }),
    ...more,
  },
});

export const dnOf = (uid: string): string =>
  uid.includes('=') ? uid : `uid=${uid},ou=people,dc=x`;

/** Opens a directory over a server in memory; it is closed with its test. */
export function openOver(
  server: MemoryServer,
  changes: Partial<LdapSettings> = {},
  hooks: Partial<DirectoryHooks> = {},
): Directory {
  const { accounts, groups, ...others } = changes;
  const settings = settingsWith({
    urls: [server.url],
    base: BASE,
    bind: { dn: LOGIN, password: new Secret('secret') },
    connections: 1,
    connectTimeout: 5000,
    searchTimeout: 5000,
    ...others,
  });
  const directory = createLdapDirectory(
    {
      ...settings,
      accounts: { ...accounts },
      groups: { depth: 10, members: 2000, ...groups },
    },
    quietHooks(hooks),
  );
  onTestFinished(() => directory.close());
  return directory;
}

/** What a directory says of an address: `none`, whom it finds, or why it does not know. */
export async function says(directory: Directory, address: string): Promise<string> {
  try {
    const finding = await directory.find(address, { signal: new AbortController().signal });
    if (finding.status === 'none') return 'none';
    return finding.value
      .map((each) => (each.kind === 'group' ? each.members.toSorted().join() : each.address))
      .join(' and ');
  } catch (error) {
    return String(error);
  }
}
