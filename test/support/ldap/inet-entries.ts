import type { NewEntry } from './ldif.ts';
import { MAIL_DOMAINS, PERSONS, type Person, TEAMS, type Team } from './population.ts';

/** Where the people of OpenLDAP and 389-DS lie. */
export const BASE = 'dc=example,dc=test';

/** The account that lookups are made as. */
export const SERVICE = { dn: `cn=idpmap,ou=services,${BASE}`, password: 'service-secret' };

/** In what the entries of one server differ from those of another. */
export interface InetDialect {
  /** Attributes of the base. */
  readonly base: NewEntry['attributes'];
  /** What the account's state is written as. */
  readonly states: Readonly<Record<Person['state'], NewEntry['attributes']>>;
  readonly groupClass: string;
  readonly memberAttribute: string;
  /** The value that stands for no members, where a group has to have one. */
  readonly nobody: readonly string[];
  /** The service account's password as it is stored. */
  readonly storedPassword: string;
}

/** What the service account may read: what mail needs. */
export const READABLE: readonly string[] = [
  'objectClass',
  'ou',
  'cn',
  'uid',
  'mail',
  'mailAlternateAddress',
  'mgrpRFC822MailMember',
  'employeeType',
  'memberUid',
  'associatedDomain',
];

/** The name of a person or team. */
export function inetDn(id: string): string {
  const isTeam = TEAMS.some((team) => team.id === id);
  return isTeam ? `cn=${id},ou=groups,${BASE}` : `uid=${id},ou=people,${BASE}`;
}

/** All entries, parents first. */
export function inetEntries(dialect: InetDialect): readonly NewEntry[] {
  return [
    { dn: BASE, attributes: { objectClass: ['organization', 'dcObject'], ...dialect.base } },
    ...['people', 'groups', 'services', 'domains'].map(toUnit),
    {
      dn: SERVICE.dn,
      attributes: {
        objectClass: ['organizationalRole', 'simpleSecurityObject'],
        cn: 'idpmap',
        userPassword: dialect.storedPassword,
      },
    },
    ...MAIL_DOMAINS.map(toDomain),
    ...PERSONS.map((person) => toAccount(person, dialect)),
    ...TEAMS.map((team) => toGroup(team, dialect)),
  ];
}

function toUnit(ou: string): NewEntry {
  return { dn: `ou=${ou},${BASE}`, attributes: { objectClass: 'organizationalUnit', ou } };
}

function toDomain(domain: string): NewEntry {
  return {
    dn: `ou=${domain},ou=domains,${BASE}`,
    attributes: {
      objectClass: ['organizationalUnit', 'domainRelatedObject'],
      ou: domain,
      associatedDomain: domain,
    },
  };
}

function toAccount({ id, name, mail, aliases, state }: Person, { states }: InetDialect): NewEntry {
  return {
    dn: inetDn(id),
    attributes: {
      objectClass: ['inetOrgPerson', 'mailRecipient'],
      uid: id,
      cn: name,
      sn: name.split(' ').at(-1) ?? name,
      mail,
      mailAlternateAddress: aliases,
      ...states[state],
    },
  };
}

function toGroup(team: Team, dialect: InetDialect): NewEntry {
  const dns = [...team.members, ...team.missing].map(inetDn);
  const isByLogin = team.logins.length > 0;
  const members = dns.length > 0 ? dns : dialect.nobody;
  return {
    dn: inetDn(team.id),
    attributes: {
      objectClass: [isByLogin ? 'posixGroup' : dialect.groupClass, 'mailGroup'],
      cn: team.id,
      mail: team.mail,
      mgrpRFC822MailMember: team.externals,
      ...(isByLogin
        ? { gidNumber: '1001', memberUid: team.logins }
        : { [dialect.memberAttribute]: members }),
    },
  };
}
