import { type AccountBranch, accountBranch } from '../../../src/directory/ldap/people/branch.ts';
import type { LdapSettings } from '../../../src/directory/ldap/settings.ts';
import type { Connection } from '../../../src/directory/ldap/wire/connection.ts';
import { type Asked, connectTo, entry, result, startPeer } from './peer.ts';

/** Somebody: values by attribute. */
export type Person = Readonly<Record<string, string>>;

/** A directory of a few people, whose administrator is the test. */
export interface Staff {
  readonly connection: Connection;
  readonly people: Map<string, Person>;
  /** Attributes that may neither be searched nor read. */
  readonly hidden: Set<string>;
  /** Attributes that may be searched, but not read. */
  readonly unread: Set<string>;
  /** All searches so far. */
  readonly asked: readonly Asked[];
  /** What all searches end with. */
  code: number;
}

/** Opens one. A search finds those who have a value that it names; where it names no address, an attribute. */
export async function openStaff(people: readonly Person[]): Promise<Staff> {
  const peer = await startPeer(({ id, text }, socket) => {
    const found = [...staff.people].filter(([, person]) => isMeant(person, text));
    const entries = found.map(([dn, person]) =>
      entry(
        id,
        dn,
        Object.entries(person)
          .filter(([name]) => text.includes(name) && !isKept(name) && !staff.unread.has(name))
          .map(([name, value]) => [name, [value]] as const),
      ),
    );
    socket.write(Buffer.concat([...entries, result(id, 'search', staff.code)]));
  });
  const isKept = (name: string): boolean => staff.hidden.has(name);
  const isMeant = (person: Person, text: string): boolean =>
    Object.entries(person).some(
      ([name, value]) => !isKept(name) && text.includes(text.includes('@') ? value : name),
    );
  const staff: Staff = {
    connection: await connectTo(peer),
    people: new Map(people.map((person, i) => [`uid=${i}`, person])),
    hidden: new Set(),
    unread: new Set(),
    asked: peer.asked,
    code: 0,
  };
  return staff;
}

/** Accounts with these attributes, below `dc=x`. */
export function accountsBy(address: string, alias: string, aliasPrefix = ''): AccountBranch {
  const settings: LdapSettings = {
    urls: [],
    startTls: false,
    tls: {},
    bind: { anonymous: true },
    preset: 'openldap',
    base: 'dc=x',
    accounts: { address: [address], aliases: [alias], aliasPrefix },
    groups: { depth: 1, members: 1 },
    proof: 'account',
    referrals: 'refuse',
    tables: {},
    connections: 1,
    connectTimeout: 1,
    searchTimeout: 1,
    maxAge: 1,
    returnAfter: 1,
    bindRetry: 1,
  };
  return accountBranch(settings);
}
