import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFor, settingsOf } from '../support/ldap/faults.ts';
import { addEntries, mailOf } from '../support/ldap/mail.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['root', 'samba', 'slapd'], 'Active Directory', () => {
  let server: LdapServer;

  beforeAll(async () => {
    server = await startSamba({ requireStrongAuth: 'no' });
  });

  afterAll(() => server?.remove());

  test('has people with nothing but proxyAddresses, and contacts, alone and in groups', async () => {
    const user = (cn: string, more: string): string => `dn: CN=${cn},${server.accountsBase}
objectClass: user
cn: ${cn}
sAMAccountName: ${cn}
userAccountControl: 544
${more}`;
    await addEntries(
      server,
      user('pp', 'proxyAddresses: SMTP:pp@example.test\nproxyAddresses: smtp:pp2@example.test'),
      `dn: CN=ext,${server.accountsBase}
objectClass: contact
cn: ext
mail: ext@elsewhere.example
proxyAddresses: SMTP:ext@elsewhere.example
proxyAddresses: smtp:ext@example.test`,
      `dn: CN=mixed,${server.groupsBase}
objectClass: group
cn: mixed
sAMAccountName: mixed
groupType: 2
mail: mixed@example.test
member: CN=pp,${server.accountsBase}
member: CN=ext,${server.accountsBase}`,
    );
    const directory = openFor(
      settingsOf(server, [{ kind: 'tcp', host: server.host, port: server.port, secure: false }], {
        searchTimeout: 20_000,
        connectTimeout: 20_000,
      }),
    );
    expect(await mailOf(directory, 'pp@example.test')).toBe('pp@example.test');
    expect(await mailOf(directory, 'pp2@example.test')).toBe('pp@example.test');
    expect(await mailOf(directory, 'ext@example.test')).toBe('ext@elsewhere.example');
    expect(await mailOf(directory, 'mixed@example.test')).toBe(
      'ext@elsewhere.example,pp@example.test',
    );
    expect(await mailOf(directory, 'nobody@example.test')).toBe('none');
  });
});
