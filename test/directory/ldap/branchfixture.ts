import { parseAddress } from '../../../src/address/address.ts';
import { accountBranch, groupBranch } from '../../../src/directory/ldap/people/branch.ts';
import { findHolders } from '../../../src/directory/ldap/people/find.ts';
import { createLostLedger } from '../../../src/directory/ldap/people/lost.ts';
import type { LdapEntry, Search, SearchRequest } from '../../../src/directory/ldap/search.ts';
import type { LdapSettings } from '../../../src/directory/ldap/settings.ts';
import { viewOf } from './view.ts';

/** The settings of a directory whose accounts and groups lie apart. */
export function settingsWith({
  accounts,
  groups,
  ...changes
}: Partial<LdapSettings>): LdapSettings {
  return {
    urls: [],
    startTls: false,
    tls: {},
    bind: { anonymous: true },
    preset: 'openldap',
    base: 'dc=test',
    proof: 'account',
    referrals: 'refuse',
    tables: {},
    connections: 2,
    connectTimeout: 1000,
    searchTimeout: 1000,
    maxAge: 900_000,
    returnAfter: 30_000,
    bindRetry: 60_000,
    accounts: { base: 'ou=people', ...accounts },
    groups: { base: 'ou=groups', depth: 10, members: 2000, ...groups },
    ...changes,
  };
}

/** What a server finds below the two bases, whatever it is asked for; all further searches find `members`. */
export interface Found {
  readonly people?: readonly LdapEntry[];
  readonly teams?: readonly LdapEntry[];
  readonly members?: readonly LdapEntry[];
}

/** Asks for the holders of an address, where a server finds these. */
export async function findAmong(
  { people = [], teams = [], members = [] }: Found,
  settings: LdapSettings,
  address = 'ann@example.test',
) {
  const asked: SearchRequest[] = [];
  let missed = 0;
  const search: Search = async (request) => {
    asked.push(request);
    if (request.scope === 'base') return members.filter(({ dn }) => dn === request.base);
    if (asked.length > 2) return request.base === 'ou=people' ? members : [];
    return request.base === 'ou=people' ? people : teams;
  };
  const groups = groupBranch(settings);
  const options = {
    accounts: accountBranch(settings),
    ...(groups === undefined ? {} : { groups }),
    seen: () => {},
    emptiness: () => async () => [],
    oddities: () => [],
    ledger: createLostLedger(
      () => {},
      () => {},
    ),
  };
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`${address} is no address`);
  const missing = (): void => {
    missed += 1;
  };
  const work = findHolders(options, parsed);
  const found = (await work?.(viewOf(search, { missed: missing }))) ?? [];
  return { found, asked, missed };
}
