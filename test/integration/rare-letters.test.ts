import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ask } from '../support/conformance/subject.ts';
import { startDs389 } from '../support/ldap/ds389.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { ldapSection, openLdapForTest } from '../support/ldap-directory.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';

const SERVERS: readonly {
  readonly title: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  /** What may hold any letter. */
  readonly attribute: string;
}[] = [
  { title: 'OpenLDAP', needs: ['slapd'], start: () => startSlapd(), attribute: 'ou' },
  { title: '389-DS', needs: ['ds389'], start: startDs389, attribute: 'ou' },
  { title: 'Samba', needs: ['root', 'samba', 'slapd'], start: startSamba, attribute: 'url' },
];

for (const { title, needs, start, attribute } of SERVERS) {
  describeWith(needs, `rare letters in ${title}`, () => {
    let server: LdapServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.remove());

    /** Opens it anew once somebody is stored so: what was looked for before is ten minutes old at most. */
    async function openWith(stored: string) {
      const name = Buffer.from(server.dn('ann')).toString('base64');
      const value = Buffer.from(stored).toString('base64');
      const change = (verb: 'add' | 'delete') =>
        server.modify(
          `dn:: ${name}\nchangetype: modify\n${verb}: ${attribute}\n${attribute}:: ${value}\n`,
        );
      await change('add');
      onTestFinished(() => change('delete'));
      return openLdapForTest(ldapSection(server, 'ldaps', { accounts: { aliases: [attribute] } }));
    }

    test.each([
      ['one in an address', '\u017fmith@example.test', 'smith@example.test'],
      ['a ligature', 'back.o\ufb03ce@example.test', 'back.office@example.test'],
      ['two of three', '\u017fo\u017fs@example.test', 'soss@example.test'],
      ['several kinds', '\ufb01r\u017ft@example.test', 'first@example.test'],
      ['Greek’s', '\u03d1\u1f71no\u03c2@example.test', '\u03b8\u03acno\u03c3@example.test'],
    ])('are found: %s', async (_, stored, asked) => {
      const directory = await openWith(stored);
      expect(await ask(directory, asked)).toMatchObject([{ address: 'ann@example.test' }]);
      expect(await ask(directory, 'nobody.smiths@example.test')).toEqual([]);
    });
  });
}
