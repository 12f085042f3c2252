import type { AccountBranch, Branch, GroupBranch } from '../people/branch.ts';
import { withHolders } from '../people/branch.ts';
import { textsOf } from '../people/values.ts';
import type { Owner, Sight } from './sight.ts';

/** The attributes that hold the addresses of a branch, asked by value. */
export function addressSights(branch: Branch): readonly Sight[] {
  const owner = ownerOf(branch);
  return [...branch.address, ...branch.aliases].map((source) => ({
    owner,
    attribute: source.attribute,
    by: 'value',
    valuesOf: (entry) => source.valuesIn(entry),
  }));
}

/** The attributes that name a group's members. */
export interface MemberSights {
  /** By a DN or a login. */
  readonly names: readonly Sight[];
  readonly addresses: readonly Sight[];
  /** What accounts are asked by where they name their groups. */
  readonly back: readonly Sight[];
}

/** Those of one directory. */
export function memberSights(groups: GroupBranch, accounts: AccountBranch): MemberSights {
  const { memberDns, memberUids, memberAddresses, membersBy } = groups;
  const owner = ownerOf(groups);
  const back: Sight = { ...shown(ownerOf(accounts), 'memberOf'), by: 'value', isShared: true };
  return {
    names: [...memberDns, ...memberUids].map((attribute) => shown(owner, attribute)),
    addresses: memberAddresses.map((attribute) => shown(owner, attribute)),
    back: membersBy === 'memberOf' ? [back] : [],
  };
}

/** An attribute that is only read. */
export const shown = (owner: Owner, attribute: string): Sight => ({
  owner,
  attribute,
  by: 'look',
  valuesOf: (entry) => textsOf(entry, attribute),
});

const ownerOf = (branch: Branch): Owner => ({
  name: branch.kind,
  settings: `${branch.kind}s.filter`,
  base: branch.commonBase,
  scope: branch.base.hasPlaceholders ? 'sub' : branch.scope,
  among: (conditions) => withHolders(branch, conditions),
});
