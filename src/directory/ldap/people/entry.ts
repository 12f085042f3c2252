import type { Entry } from '../../directory.ts';
import { type OwnAddress, ownAddress } from '../../people/spelling.ts';
import type { LdapEntry } from '../search.ts';
import type { AccountBranch, Branch } from './branch.ts';
import { normalised } from './sources.ts';
import { idOf, textsOf } from './values.ts';

/** What an account's attributes say. Its own address is empty where it has none: others may still hold its aliases. */
export function accountOf(entry: LdapEntry, branch: AccountBranch): Entry {
  const isMailOnly = branch.mailOnly.some((condition) => condition.holds(entry));
  const isDisabled = branch.disabled.some((condition) => condition.holds(entry));
  return {
    id: idOf(entry, branch.id),
    kind: 'account',
    ...addressesOf(entry, branch),
    logins: isMailOnly ? [] : loginsOf(entry, branch),
    members: [],
    enabled: isMailOnly || !isDisabled,
  };
}

const loginsOf = (entry: LdapEntry, { logins }: AccountBranch): readonly string[] => [
  ...new Set(logins.flatMap((attribute) => textsOf(entry, attribute))),
];

/**
 * An entry's own address, the first value of the first attribute that has one, and all others. LDAP has no order of
 * values, but servers keep the one in which they were written.
 */
export function addressesOf(entry: LdapEntry, branch: Branch): OwnAddress & Pick<Entry, 'aliases'> {
  const own = branch.address.flatMap((source) => source.addressesOf(entry));
  if (own.length === 0)
    own.push(...branch.aliases.flatMap((source) => source.primaryOf(entry) ?? []));
  const others = branch.aliases.flatMap((source) => source.addressesOf(entry));
  const [first] = own;
  // An alias does not become the own address of an account that has none.
  if (first === undefined) return { address: '', aliases: normalised(others) };
  const [, ...aliases] = normalised([...own, ...others]);
  return { ...ownAddress(first), aliases };
}
