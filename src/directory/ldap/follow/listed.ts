import type { Listed } from '../../directory.ts';
import type { AccountBranch, GroupBranch } from '../people/branch.ts';
import { accountOf, addressesOf } from '../people/entry.ts';
import { withoutUid } from '../people/membernames.ts';
import { idOf, textsOf } from '../people/values.ts';
import type { LdapEntry } from '../search.ts';
import { comparable } from '../trust/self.ts';

/** Where people lie, and what of them is needed to list them. */
export interface Part {
  readonly branch: AccountBranch | GroupBranch;
  /** All that is read of an entry. */
  readonly attributes: readonly string[];
  /** Absent: no groups are looked for, so nobody needs a name. */
  readonly groups?: GroupBranch;
}

/** Ids that servers give, and which are the same whether they come with an entry or as one of its attributes. */
const IDS = ['nsUniqueId', 'entryUUID', 'objectGUID'];

/** Makes the parts of a listing of accounts, and of groups where they are looked for. */
export function partsOf(
  accounts: AccountBranch,
  groups: GroupBranch | undefined,
): readonly [Part, ...(readonly Part[])] {
  if (groups === undefined)
    return [{ branch: accounts, attributes: unique([...accounts.attributes, ...IDS]) }];
  const named = [
    ...(groups.memberUids.length > 0 ? ['uid'] : []),
    ...(groups.membersBy === 'memberOf' ? ['memberOf'] : []),
  ];
  const partOf = (branch: Part['branch']): Part => ({
    branch,
    attributes: unique([...branch.attributes, ...IDS, ...named]),
    groups,
  });
  return [partOf(accounts), partOf(groups)];
}

const unique = (names: readonly string[]): readonly string[] => [
  ...new Map(names.map((name) => [name.toLowerCase(), name])).values(),
];

/** What an entry is called in the feed, for as long as it lives. */
export const refOf = (entry: LdapEntry, { branch }: Part): string =>
  refFor(branch, idOf(entry, [...IDS, ...branch.id]));

/** The same of an id that came with an entry. */
export const refFor = ({ kind }: Pick<Part['branch'], 'kind'>, id: string): string =>
  `${kind}:${id.toLowerCase()}`;

/** What a listing shows of an entry. */
export function listedOf(entry: LdapEntry, { branch, groups }: Part): Listed {
  return branch.kind === 'account'
    ? { ...accountOf(entry, branch), names: groups === undefined ? [] : namesOf(entry, groups) }
    : groupOf(entry, branch);
}

function groupOf(entry: LdapEntry, branch: GroupBranch): Listed {
  const { memberDns, memberUids, memberAddresses, membersBy, id } = branch;
  const texts = (attributes: readonly string[]): readonly string[] =>
    attributes.flatMap((attribute) => textsOf(entry, attribute));
  // Some sites give an empty group the empty name, which is the server's root.
  const dns = texts(memberDns).filter((name) => name !== '');
  return {
    id: idOf(entry, id),
    kind: 'group',
    ...addressesOf(entry, branch),
    logins: [],
    members: [...new Set(texts(memberAddresses))],
    enabled: true,
    names: namesOf(entry, branch),
    memberNames: [
      ...new Set([
        ...dns.map(withoutUid).map(comparable),
        ...texts(memberUids).map(loginName),
        ...(membersBy === 'memberOf' ? [groupName(entry.dn)] : []),
      ]),
    ],
  };
}

/** What groups call somebody: a DN, a login; where entries name their groups, those. */
function namesOf(entry: LdapEntry, { memberUids, membersBy }: GroupBranch): readonly string[] {
  return [
    comparable(entry.dn),
    ...(memberUids.length > 0 ? textsOf(entry, 'uid').map(loginName) : []),
    ...(membersBy === 'memberOf' ? textsOf(entry, 'memberOf').map(groupName) : []),
  ];
}

const loginName = (uid: string): string => `uid:${uid.toLowerCase()}`;
const groupName = (dn: string): string => `in:${comparable(dn)}`;
