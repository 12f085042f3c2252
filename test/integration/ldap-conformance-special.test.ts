import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { describeEssentials } from '../support/conformance/conformance.ts';
import { ask } from '../support/conformance/subject.ts';
import { type LdapSection, ldapSection, openLdapForTest } from '../support/ldap/directory.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { ldapSubject } from '../support/ldap/subject.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['slapd'], 'OpenLDAP’s own', () => {
  let server: LdapServer;
  const open = (changes: LdapSection) => openLdapForTest(ldapSection(server, 'ldapi', changes));

  beforeAll(async () => {
    server = await startSlapd();
    await server.modify(`dn: ou=elsewhere,ou=services,${server.base}
changetype: add
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://elsewhere.example/ou=elsewhere

dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: {0}to attrs=ref by * read
`);
  });

  afterAll(() => server?.remove());

  test('disables by an attribute of the site', async () => {
    const directory = await open({ accounts: { disabled: ['mailEnabled=false'] } });
    expect(await ask(directory, 'cy@example.test')).toMatchObject([{ enabled: false }]);
    expect(await ask(directory, 'ann@example.test')).toMatchObject([{ enabled: true }]);
  });

  test.each([
    ['Hans.Strauß@example.test', 'hans.strauss@example.test'],
    ['MAX.STRAUẞ@example.test', 'max.strauss@example.test'],
    ['ΝΊΚΟΣ@example.test', 'νίκοσ@example.test'],
    ['νίκος@example.test', 'νίκοσ@example.test'],
    ['İnci@example.test', 'i\u0307nci@example.test'],
    ['back.o\ufb03ce@example.test', 'back.office@example.test'],
    // Nobody asks for it so; the server takes it for the common letter by itself.
    ['\u017fmith@example.test', 'smith@example.test'],
    ['info@straße.example', 'info@xn--strae-oqa.example'],
  ])('finds %s, in an attribute that may hold it, by %s', async (stored, asked) => {
    const name = Buffer.from(server.dn('ann')).toString('base64');
    const value = Buffer.from(stored).toString('base64');
    const change = (verb: 'add' | 'delete') =>
      server.modify(`dn:: ${name}\nchangetype: modify\n${verb}: ou\nou:: ${value}\n`);
    await change('add');
    onTestFinished(() => change('delete'));
    const directory = await open({ accounts: { aliases: ['ou'] } });
    expect(await ask(directory, asked)).toMatchObject([{ address: 'ann@example.test' }]);
  });

  test('doubts everybody where a part of the base lies elsewhere', async () => {
    const directory = await open({ accounts: { base: server.base } });
    await expect(ask(directory, 'ann@example.test')).rejects.toThrow(
      /ldap:\/\/elsewhere\.example\/ou=elsewhere.*referrals: ignore/,
    );
  });

  test('passes over what lies elsewhere where that is allowed', async () => {
    const directory = await open({ accounts: { base: server.base }, referrals: 'ignore' });
    expect(await ask(directory, 'ann@example.test')).toHaveLength(1);
    expect(await ask(directory, 'nobody@example.test')).toEqual([]);
  });

  test('says that a base is refused which lies elsewhere', async () => {
    const base = `ou=people,ou=elsewhere,ou=services,${server.base}`;
    const directory = await open({ accounts: { base } });
    await expect(ask(directory, 'ann@example.test')).rejects.toThrow(
      /refers to ldap:\/\/elsewhere/,
    );
  });
});

describeWith(['root', 'samba', 'slapd'], 'Active Directory’s own', () => {
  let server: LdapServer;
  const subject = ldapSubject('active-directory', () => server, 'plain');

  beforeAll(async () => {
    server = await startSamba({ requireStrongAuth: 'no' });
  });

  afterAll(() => server?.remove());

  describe('over plain, where the server takes that', () => {
    describeEssentials(() => openLdapForTest(ldapSection(server, 'plain')), subject);
  });

  describe('bound by a user principal name', () => {
    const bind = { dn: 'idpmap@ad.example.test', password: 'service-secret' };
    describeEssentials(() => openLdapForTest(ldapSection(server, 'ldaps', { bind })), subject);
  });

  describe('with members that name their groups', () => {
    const groups = { membersBy: 'memberOf' };
    describeEssentials(() => openLdapForTest(ldapSection(server, 'plain', { groups })), subject);
  });
});

describeWith(['root', 'samba', 'slapd'], 'an Active Directory that wants TLS', () => {
  test('says so of a password without it', async () => {
    const server = await startSamba();
    onTestFinished(() => server.remove());
    const directory = await openLdapForTest(ldapSection(server, 'plain'));
    await expect(ask(directory, 'ann@example.test')).rejects.toThrow(
      /demands TLS .* use ldaps:\/\/ or startTls/,
    );
  });
});
