import { checkConformance } from 'idpmap/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ldapSection, openLdap } from '../support/ldap/directory.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['slapd'], 'what authors of directories are given', () => {
  let server: LdapServer;
  beforeAll(async () => {
    server = await startSlapd({ sync: { sessionLog: 100 } });
  });
  afterAll(() => server?.remove());

  test('finds nothing wrong with what an LDAP directory tells a mirror', async () => {
    const misdeeds = await checkConformance({
      store: server,
      open: async ({ host, port }) => openLdap(ldapSection({ ...server, host, port }, 'plain')),
      people: [
        { address: 'bob@example.test' },
        {
          address: 'Ann@example.test',
          aliases: ['a.smith@example.test', 'ann.smith@example.test'],
        },
        { address: 'team@example.test', kind: 'group' },
        { address: 'cy@example.test', aliases: ['c.closed@example.test'], enabled: false },
      ],
      nobody: ['nobody@example.test'],
      speaks: 'anything',
    });
    expect(misdeeds).toEqual([]);
  });
});
