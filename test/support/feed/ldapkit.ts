import { Secret } from '../../../src/config/sources/secret.ts';
import { TIMING } from '../../../src/directory/ldap/follow/options.ts';
import { createLdapDirectory } from '../../../src/directory/ldap/ldap.ts';
import type { LdapSettings } from '../../../src/directory/ldap/settings.ts';
import { quietHooks } from '../hooks.ts';
import { AD_BASE } from '../ldap/active-directory-entries.ts';
import { settingsOf } from '../ldap/faults.ts';
import type { LdapServer } from '../ldap/server.ts';
import { DIALECTS } from '../ldap/subject.ts';
import type { FeedKit } from './kit.ts';

export type LdapFeed = NonNullable<LdapSettings['mirror']>['feed'];

/** Settings of a mirror that asks often. */
const mirrorBy = (feed: LdapFeed): NonNullable<LdapSettings['mirror']> => ({
  path: '/nowhere/staff.db',
  feed,
  poll: 200,
  refresh: 400,
  whenAbsent: 'ask',
  acceptFor: 60_000,
  denyFor: 0,
  guard: 0.1,
  grace: 0,
});

const cookieOf = (text: string): string => Buffer.from(text).toString('base64');

/** Cookies that lead nowhere. */
const FOREIGN = {
  openldap: Object.fromEntries(
    ['account', 'group'].map((part) => [
      part,
      cookieOf('rid=000,csn=20990101000000.000000Z#000000#000#000000'),
    ]),
  ),
  '389ds': { account: cookieOf('elsewhere:389#cn=x#7') },
  'active-directory': { [AD_BASE]: cookieOf('MSDS-of-another-server') },
};

/** The settings of a directory over a server's people who lie where `startKit` puts them. */
export function kitSettings(
  server: LdapServer,
  feed: LdapFeed,
  more: Partial<LdapSettings> = {},
): LdapSettings {
  const isSecure = server.name === 'active-directory';
  const { host, port, securePort } = server;
  const url = { kind: 'tcp', host, port: isSecure ? securePort : port, secure: isSecure } as const;
  const person = isSecure ? '(objectCategory=person)' : '(objectClass=inetOrgPerson)';
  return settingsOf(server, [url], {
    bind: { dn: server.bindDn, password: new Secret(server.password) },
    connectTimeout: 20_000,
    searchTimeout: 20_000,
    accounts: { base: `ou=mirrored,${server.base}`, filter: `(&${person}(!(employeeType=left)))` },
    groups: { base: `ou=mirroredteams,${server.base}`, depth: 10, members: 2000 },
    mirror: mirrorBy(feed),
    ...more,
  });
}

/** Makes a place for people on a server, with somebody in it. */
export async function startKit(server: LdapServer, feed: LdapFeed): Promise<FeedKit> {
  const { base, name } = server;
  const isAd = name === 'active-directory';
  const { aliasAttribute, aliasPrefix, memberAttribute } = DIALECTS[name];
  const place = `ou=mirrored,${base}`;
  const attic = `ou=attic,${base}`;
  const rdn = isAd ? 'cn' : 'uid';
  const dnOf = (id: string): string => `${rdn}=${id},${place}`;
  const teamDn = (id: string): string => `cn=${id},ou=mirroredteams,${base}`;
  const memberDn = (id: string): string => (teams.has(id) ? teamDn(id) : dnOf(id));
  const teams = new Set<string>();
  const modify = (ldif: string) => server.modify(ldif);

  const unit = (dn: string) =>
    modify(`dn: ${dn}\nchangetype: add\nobjectClass: organizationalUnit\n`);
  const change = (dn: string, text: string) => modify(`dn: ${dn}\nchangetype: modify\n${text}\n`);
  const move = (dn: string, to: string) =>
    modify(
      `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${dn.split(',')[0]}\ndeleteoldrdn: 1\nnewsuperior: ${to}\n`,
    );
  const aliasLines = (aliases: readonly string[]): string =>
    aliases.map((alias) => `${aliasAttribute}: ${aliasPrefix}${alias}\n`).join('');
  const person = (id: string): string =>
    isAd
      ? `objectClass: user\nsAMAccountName: ${id}\nuserPrincipalName: ${id}@ad.example.test\nuserAccountControl: 544\n`
      : `objectClass: inetOrgPerson\nobjectClass: mailRecipient\nuid: ${id}\ncn: ${id}\nsn: ${id}\n`;
  const add = (dn: string, id: string, aliases: readonly string[]) =>
    modify(
      `dn: ${dn}\nchangetype: add\n${person(id)}mail: ${id}@example.test\n${aliasLines(aliases)}`,
    );
  const DISABLED = {
    openldap: 'replace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z',
    '389ds': 'replace: nsAccountLock\nnsAccountLock: true',
    'active-directory': 'replace: userAccountControl\nuserAccountControl: 546',
  };
  const membersOf = (members: readonly string[]): string =>
    members.map((id) => `${memberAttribute}: ${memberDn(id)}\n`).join('');
  const team = (id: string): string => {
    if (isAd) return `objectClass: group\nsAMAccountName: ${id}\ngroupType: -2147483646\n`;
    const kind = name === '389ds' ? 'groupOfUniqueNames' : 'groupOfNames';
    return `objectClass: ${kind}\nobjectClass: mailGroup\ncn: ${id}\n`;
  };

  const configure = (what: string) =>
    `dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n${what}\n`;
  const deny = (verb: string) =>
    `dn: ${base}\nchangetype: modify\n${verb}: aci\naci: (targetattr="mail")(version 3.0; acl "withdrawn"; deny (all) userdn="ldap:///${server.bindDn}";)\n`;
  const withdrawn = {
    openldap: {
      begin: configure(
        `add: olcAccess\nolcAccess: {1}to attrs=mail by dn.exact="${server.bindDn}" none by * none`,
      ),
      end: configure('delete: olcAccess\nolcAccess: {1}'),
    },
    '389ds': { begin: deny('add'), end: deny('delete') },
    'active-directory': { begin: '', end: '' },
  };

  for (const dn of [place, attic, `ou=mirroredteams,${base}`]) await unit(dn);
  await add(dnOf('keeper'), 'keeper', []);

  const kit: FeedKit = {
    open: async () =>
      createLdapDirectory(kitSettings(server, feed), quietHooks(), { ...TIMING, pulseMs: 300 }),
    create: (id, aliases = []) => add(dnOf(id), id, aliases),
    setAddress: (id, address) => change(dnOf(id), `replace: mail\nmail: ${address}`),
    setAliases: (id, aliases) =>
      change(dnOf(id), `replace: ${aliasAttribute}\n${aliasLines(aliases)}`),
    disable: (id) => change(dnOf(id), DISABLED[name]),
    remove: (id) => modify(`dn: ${dnOf(id)}\nchangetype: delete\n`),
    leaveFilter: (id) => change(dnOf(id), 'replace: employeeType\nemployeeType: left'),
    moveOut: (id) => move(dnOf(id), attic),
    moveIn: (id) => move(`${rdn}=${id},${attic}`, place),
    createIn: async (folder, id) => {
      await unit(`ou=${folder},${place}`);
      await add(`${rdn}=${id},ou=${folder},${place}`, id, []);
    },
    moveFolderOut: (folder) => move(`ou=${folder},${place}`, attic),
    moveFolderIn: (folder) => move(`ou=${folder},${attic}`, place),
    createTeam: async (id, members) => {
      teams.add(id);
      await modify(
        `dn: ${teamDn(id)}\nchangetype: add\n${team(id)}mail: ${id}@example.test\n${membersOf(members)}`,
      );
    },
    setMembers: (id, members) =>
      change(teamDn(id), `replace: ${memberAttribute}\n${membersOf(members)}`),
    removeTeam: (id) => modify(`dn: ${teamDn(id)}\nchangetype: delete\n`),
    // A server that was restored from an older copy, or never gave this.
    forget: async (cursor) =>
      cursor.replaceAll(/"cookies":\{[^}]*\}/g, `"cookies":${JSON.stringify(FOREIGN[name])}`),
    hide: async () => {
      const withdrawal = withdrawn[name];
      await modify(withdrawal.begin);
      return () => modify(withdrawal.end);
    },
  };
  return kit;
}
