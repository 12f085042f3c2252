import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/config/sources/secret.ts';
import type { Directory } from '../../src/directory/directory.ts';
import type { LdapSettings } from '../../src/directory/ldap/settings.ts';
import { openFor, settingsOf, urlOf } from '../support/ldap/faults.ts';
import { addEntries, mailOf } from '../support/ldap/mail.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['slapd'], 'slapd', () => {
  let server: LdapServer;
  const open = (more: Partial<LdapSettings> = {}) =>
    openFor(
      settingsOf(server, [urlOf(server)], {
        searchTimeout: 20_000,
        connectTimeout: 20_000,
        ...more,
      }),
    );
  const groups = (more: Partial<LdapSettings['groups']>) => ({
    base: server.groupsBase,
    depth: 10,
    members: 2000,
    ...more,
  });

  beforeAll(async () => {
    server = await startSlapd();
    await server.modify(`dn: cn=exact,cn=schema,cn=config
changetype: add
objectClass: olcSchemaConfig
cn: exact
olcAttributeTypes: ( 1.1.2.1.9 NAME 'mailGroupMember' EQUALITY caseExactIA5Match
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )

dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: {1}to attrs=mailGroupMember by dn.exact="${server.bindDn}" read
`);
  });

  afterAll(() => server?.remove());

  /** Puts a rule before all others but that of passwords, until the test ends. */
  async function rule(text: string): Promise<void> {
    const change = (what: string) =>
      `dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n${what}\n`;
    await server.modify(change(`add: olcAccess\nolcAccess: {1}${text}`));
    onTestFinished(() => server.modify(change('delete: olcAccess\nolcAccess: {1}')));
  }

  test('makes no group empty by a right to members that is not given', async () => {
    await rule('to attrs=member,memberUid,uniqueMember by * none');
    const directory = open();
    expect(await mailOf(directory, 'team@example.test')).toMatch(
      /shows no member, and nothing shows that bind\.dn may read member/,
    );
    expect(await mailOf(directory, 'ann@example.test')).toBe('ann@example.test');
    expect(await mailOf(directory, 'nobody@example.test')).toBe('none');
  });

  test('makes no group empty by a right to members that is withdrawn', async () => {
    const directory = open();
    expect(await mailOf(directory, 'team@example.test')).toBe('ann@example.test,bob@example.test');
    await rule('to attrs=member,memberUid,uniqueMember by * none');
    expect(await mailOf(directory, 'team@example.test')).toMatch(/shows no member/);
  });

  test('makes nobody absent to a login that sees only itself', async () => {
    const dn = `uid=svc,${server.accountsBase}`;
    await addEntries(
      server,
      `dn: ${dn}
objectClass: inetOrgPerson
uid: svc
cn: svc
sn: svc
mail: svc@example.test
userPassword: secret`,
    );
    await rule(`to dn.subtree="${server.accountsBase}" by self read by * none`);
    await rule(`to dn.base="${server.base}" by users read by * none`);
    await rule(
      `to dn.base="${server.accountsBase}" attrs=entry,objectClass by users read by * none`,
    );
    await rule(`to dn.base="${server.groupsBase}" by users read by * none`);
    const directory = open({ bind: { dn, password: new Secret('secret') } });
    expect(await mailOf(directory, 'ann@example.test')).toMatch(
      /bind\.dn itself and no other account/,
    );
    expect(await mailOf(directory, 'svc@example.test')).toBe('svc@example.test');
  });

  test('has everybody in a group who has an address', async () => {
    await addEntries(
      server,
      `dn: uid=carla,${server.accountsBase}
objectClass: account
objectClass: mailRecipient
uid: carla
mail: carla@example.test`,
      `dn: cn=partner,${server.accountsBase}
objectClass: organizationalRole
objectClass: mailRecipient
cn: partner
mail: partner@elsewhere.example`,
      `dn: cn=mixed,${server.groupsBase}
objectClass: groupOfNames
objectClass: mailGroup
cn: mixed
mail: mixed@example.test
member: uid=ann,${server.accountsBase}
member: uid=carla,${server.accountsBase}
member: cn=partner,${server.accountsBase}`,
    );
    expect(await mailOf(open(), 'mixed@example.test')).toBe(
      'ann@example.test,carla@example.test,partner@elsewhere.example',
    );
  });

  test('does not defer a group for a group in it whose members are gone', async () => {
    await addEntries(
      server,
      `dn: cn=emptied,${server.groupsBase}
objectClass: groupOfNames
cn: emptied
member: cn=dummy`,
      `dn: cn=parent,${server.groupsBase}
objectClass: groupOfNames
objectClass: mailGroup
cn: parent
mail: parent@example.test
member: uid=ann,${server.accountsBase}
member: cn=emptied,${server.groupsBase}`,
    );
    const directory = open();
    expect(await mailOf(directory, 'parent@example.test')).toBe('ann@example.test');
    expect(directory.figures?.['membersLeftOut']).toBe(1);
    const strict = open({ groups: groups({ unreadableMembers: 'defer' }) });
    expect(await mailOf(strict, 'parent@example.test')).toMatch(/cn=dummy is not there/);
  });

  test('finds what an attribute has in capitals that is compared with case', async () => {
    await addEntries(
      server,
      `dn: uid=cleo,${server.accountsBase}
objectClass: inetOrgPerson
objectClass: extensibleObject
uid: cleo
cn: Cleo
sn: C
mail: cleo@example.test
mailGroupMember: Sales@Example.test
mailGroupMember: low@example.test`,
    );
    const directory = open({
      accounts: { base: server.accountsBase, aliases: ['mailGroupMember'] },
    });
    for (const alias of ['sales@example.test', 'low@example.test'])
      expect(await mailOf(directory, alias)).toBe('cleo@example.test');
    expect(await mailOf(directory, 'nobody@example.test')).toBe('none');
  });

  test.each([
    ['with blanks round it', ' mixed.case@Example.test ', 'mixed.case@example.test'],
    ['as a URL', 'MAILTO:Url@example.test', 'url@example.test'],
    ['with a name', 'Cleo Clark <named@example.test>', 'named@example.test'],
  ])('finds an address that is stored %s', async (_, stored, address) => {
    await addEntries(
      server,
      `dn: uid=odd,${server.accountsBase}
objectClass: inetOrgPerson
uid: odd
cn: Odd
sn: O
mail:: ${Buffer.from(stored).toString('base64')}`,
    );
    expect(await mailOf(open(), address)).toBe(address);
  });

  test('takes the empty base for all that it holds', async () => {
    const directory = open({ base: '', accounts: {}, groups: { depth: 10, members: 2000 } });
    expect(await mailOf(directory, 'ann@example.test')).toBe('ann@example.test');
    expect(await mailOf(directory, 'team@example.test')).toBe('ann@example.test,bob@example.test');
    expect(await mailOf(directory, 'nobody@example.test')).toBe('none');
  });

  describe('a table', () => {
    const tables: LdapSettings['tables'] = {
      t: {
        scope: 'sub',
        queryFilter: '(&(objectClass=inetOrgPerson)(employeeType=staff)(mail=%s))',
        resultAttributes: ['uid'],
        resultFormat: '%s',
        specialResultAttributes: [],
        leafResultAttributes: [],
        terminalResultAttributes: [],
        dereference: 'never',
        expansionLimit: 0,
        recursionLimit: 1000,
        sizeLimit: 0,
      },
    };
    const ask = async (directory: Directory, key: string): Promise<string> => {
      try {
        const how = { signal: AbortSignal.timeout(20_000) };
        const found = await directory.table?.({ table: 't' })(key, how);
        return found?.status === 'found' ? found.value.join() : 'none';
      } catch (error) {
        return String(error);
      }
    };

    test.each(['employeeType', 'mail', 'uid'])(
      'denies nobody once a right is withdrawn from %s',
      async (attribute) => {
        await addEntries(
          server,
          `dn: uid=tab,${server.accountsBase}
objectClass: inetOrgPerson
uid: tab
cn: Tab
sn: T
employeeType: staff
mail: tab@example.test`,
        );
        const directory = open({ tables, proof: 'base' });
        expect(await ask(directory, 'tab@example.test')).toBe('tab');
        expect(await ask(directory, 'nobody@example.test')).toBe('none');
        await rule(`to attrs=${attribute} by * none`);
        expect(await ask(directory, 'tab@example.test')).toMatch(/nobody is believed to be absent/);
      },
    );
  });
});
