import { onTestFinished } from 'vitest';
import type { Ability, Subject } from '../conformance/conformance.ts';
import { type LdapSection, ldapSection, openLdapForTest, type Way } from './directory.ts';
import type { LdapServer, LdapServerFacts } from './server.ts';

/** In what one server's people differ from another's. */
export interface Dialect {
  readonly lacks: readonly Ability[];
  readonly id: RegExp;
  readonly aliasAttribute: string;
  readonly aliasPrefix: string;
  readonly memberAttribute: string;
  /** Its logins beside the addresses. */
  readonly logins: (id: string) => readonly string[];
  /** The attribute that holds the login. */
  readonly loginAttribute: string;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const INET = {
  aliasAttribute: 'mailAlternateAddress',
  aliasPrefix: '',
  logins: (id: string) => [id],
  loginAttribute: 'uid',
};

/** What each server of the tests makes of the people. */
export const DIALECTS: Readonly<Record<LdapServerFacts['name'], Dialect>> = {
  openldap: { ...INET, lacks: ['unicode addresses'], id: UUID, memberAttribute: 'member' },
  '389ds': {
    ...INET,
    lacks: [],
    id: /^[\da-f]{8}(?:-[\da-f]{8}){3}$/,
    memberAttribute: 'uniqueMember',
  },
  'active-directory': {
    lacks: ['external members', 'members by login'],
    id: UUID,
    aliasAttribute: 'proxyAddresses',
    aliasPrefix: 'smtp:',
    memberAttribute: 'member',
    logins: (id) => [id, `${id}@ad.example.test`],
    loginAttribute: 'sAMAccountName',
  },
};

/** The settings that the suite wants beside those of the people: a table, and a list of domains. */
export const suiteSection = ({ name }: Pick<LdapServer, 'name'>): LdapSection => ({
  listDomains: { filter: '(objectClass=domainRelatedObject)', attribute: 'associatedDomain' },
  tables: { logins: { queryFilter: '(mail=%s)', resultAttributes: DIALECTS[name].loginAttribute } },
});

/** A server's people as the suite knows them; `server` is there when tests run. */
export function ldapSubject(
  name: LdapServerFacts['name'],
  server: () => LdapServer,
  way: Way,
): Subject {
  const { lacks, id: idForm, logins, ...dialect } = DIALECTS[name];
  const addValue = async (dn: string, attribute: string, value: string) => {
    const coded = Buffer.from(value).toString('base64');
    const change = (verb: 'add' | 'delete') =>
      `dn:: ${Buffer.from(dn).toString('base64')}\nchangetype: modify\n${verb}: ${attribute}\n${attribute}:: ${coded}\n`;
    await server().modify(change('add'));
    onTestFinished(() => server().modify(change('delete')));
  };
  return {
    lacks,
    id: idForm,
    logins: ({ id, mail }) => [
      ...logins(id),
      ...mail.slice(0, name === 'active-directory' ? 1 : 2),
    ],
    open: (limits) =>
      openLdapForTest(ldapSection(server(), way, { ...suiteSection(server()), groups: limits })),
    addAlias: (id, alias) =>
      addValue(server().dn(id), dialect.aliasAttribute, dialect.aliasPrefix + alias),
    addMember: (team, id) => addValue(server().dn(team), dialect.memberAttribute, server().dn(id)),
  };
}
