import { afterAll, beforeAll, describe } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { describeConformance, describeEssentials } from '../support/conformance/conformance.ts';
import { ldapSection, openLdap, openLdapForTest, type Way } from '../support/ldap/directory.ts';
import { startDs389 } from '../support/ldap/ds389.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer, LdapServerFacts } from '../support/ldap/server.ts';
import { describeLdapSettings } from '../support/ldap/settings.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { ldapSubject, suiteSection } from '../support/ldap/subject.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';

const SERVERS: readonly {
  readonly name: LdapServerFacts['name'];
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  /** The first one takes the whole suite. */
  readonly ways: readonly [Way, ...Way[]];
}[] = [
  {
    name: 'openldap',
    needs: ['slapd'],
    start: () => startSlapd(),
    ways: ['StartTLS', 'plain', 'ldaps', 'ldapi', 'certificate'],
  },
  {
    name: '389ds',
    needs: ['ds389'],
    start: () => startDs389(),
    ways: ['plain', 'StartTLS', 'ldaps'],
  },
  {
    name: 'active-directory',
    needs: ['root', 'samba', 'slapd'],
    start: () => startSamba(),
    ways: ['ldaps', 'StartTLS'],
  },
];

for (const { name, needs, start, ways } of SERVERS) {
  describeWith(needs, `${name} on a real server`, () => {
    let server: LdapServer;
    let directory: Directory | undefined;
    const [way, ...others] = ways;
    const running = () => server;
    const subject = ldapSubject(name, running, way);

    beforeAll(async () => {
      server = await start();
      directory = await openLdap(ldapSection(server, way, suiteSection(server)));
    });

    afterAll(async () => {
      await directory?.close();
      await server?.remove();
    });

    describe(`over ${way}`, () => {
      describeConformance({
        subject,
        directory: () => {
          if (directory === undefined) throw new Error('the directory is not open');
          return directory;
        },
      });
      describeLdapSettings(name, running, way);
    });

    describe.each(others)('over %s', (other) => {
      describeEssentials(() => openLdapForTest(ldapSection(server, other)), subject);
    });
  });
}
