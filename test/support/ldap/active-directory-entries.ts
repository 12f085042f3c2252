import type { NewEntry } from './ldif.ts';
import { MAIL_DOMAINS, PERSONS, type Person, TEAMS, type Team } from './population.ts';

/** Where everything of Active Directory lies, and its name among Kerberos and DNS. */
export const AD_BASE = 'DC=ad,DC=example,DC=test';
export const AD_REALM = 'ad.example.test';

/** The account that lookups are made as: a plain user, who may read what users may. */
export const AD_SERVICE = { dn: `CN=idpmap,OU=Services,${AD_BASE}`, password: 'service-secret' };

const NORMAL = 0x200;
const DISABLED = 0x2;
const NO_PASSWORD_NEEDED = 0x20;
const GLOBAL_SECURITY_GROUP = '-2147483646';

/** In steps of 100 ns since 1601. */
const LOCKED_IN_2026 = '134116992000000000';

const CLOSED = { userAccountControl: String(NORMAL | NO_PASSWORD_NEEDED | DISABLED) };
const STATES: Readonly<Record<Person['state'], NewEntry['attributes']>> = {
  enabled: {},
  disabled: CLOSED,
  shared: { ...CLOSED, employeeType: 'shared' },
  locked: { lockoutTime: LOCKED_IN_2026 },
};

/** The name of a person, who goes by the full name, or of a team. */
export function activeDirectoryDn(id: string): string {
  const person = PERSONS.find((each) => each.id === id);
  return person === undefined
    ? `CN=${id},OU=Groups,${AD_BASE}`
    : `CN=${person.name},OU=People,${AD_BASE}`;
}

/** All entries that come on top of a new domain, parents first. */
export function activeDirectoryEntries(): readonly NewEntry[] {
  return [
    ...['People', 'Groups', 'Services', 'Domains'].map(toUnit),
    {
      dn: AD_SERVICE.dn,
      attributes: {
        objectClass: 'user',
        sAMAccountName: 'idpmap',
        userPrincipalName: `idpmap@${AD_REALM}`,
        userAccountControl: String(NORMAL),
        unicodePwd: unicodePassword(AD_SERVICE.password),
      },
    },
    ...MAIL_DOMAINS.map(toDomain),
    ...PERSONS.map(toUser),
    // Members have to be there before their groups.
    ...TEAMS.map(toGroup),
  ];
}

/** The teams within teams, which can be told only when all teams are there; LDIF with `changetype`. */
export function nestedTeamsLdif(): string {
  const isTeam = (id: string) => TEAMS.some((team) => team.id === id);
  return TEAMS.flatMap(({ id, members }) =>
    members.filter(isTeam).map((member) => {
      const value = activeDirectoryDn(member);
      return `dn: ${activeDirectoryDn(id)}\nchangetype: modify\nadd: member\nmember: ${value}\n`;
    }),
  ).join('\n');
}

/** A password as `unicodePwd` takes it: UTF-16 in quotation marks. */
export function unicodePassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}

function toUnit(ou: string): NewEntry {
  return { dn: `OU=${ou},${AD_BASE}`, attributes: { objectClass: 'organizationalUnit' } };
}

function toDomain(domain: string): NewEntry {
  return {
    dn: `OU=${domain},OU=Domains,${AD_BASE}`,
    attributes: {
      objectClass: ['organizationalUnit', 'domainRelatedObject'],
      associatedDomain: domain,
    },
  };
}

/** Beside mail there are addresses of other kinds, and `mail` has one value only. */
function toUser({ id, mail, aliases, state }: Person): NewEntry {
  const [first, ...others] = mail;
  const further = [...others, ...aliases].map((address) => `smtp:${address}`);
  const foreign = [`X400:C=XX;A= ;P=Example;S=${id};`, `SIP:${id}@example.test`];
  const own = first === undefined ? [] : [`SMTP:${first}`];
  return {
    dn: activeDirectoryDn(id),
    attributes: {
      objectClass: 'user',
      sAMAccountName: id,
      userPrincipalName: `${id}@${AD_REALM}`,
      userAccountControl: String(NORMAL | NO_PASSWORD_NEEDED),
      mail: first ?? [],
      proxyAddresses: [...own, ...further, ...foreign],
      ...STATES[state],
    },
  };
}

function toGroup({ id, mail, members, logins }: Team): NewEntry {
  const isPerson = (member: string) => PERSONS.some((person) => person.id === member);
  return {
    dn: activeDirectoryDn(id),
    attributes: {
      objectClass: 'group',
      sAMAccountName: id,
      groupType: GLOBAL_SECURITY_GROUP,
      mail,
      proxyAddresses: [`SMTP:${mail}`],
      member: members.filter(isPerson).map(activeDirectoryDn),
      memberUid: logins,
    },
  };
}
