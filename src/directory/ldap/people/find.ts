import type { Address } from '../../../address/address.ts';
import { loosely, spellingsOf } from '../../../address/spellings.ts';
import { type Entry, Fault } from '../../directory.ts';
import { believeAbsent } from '../../people/spelling.ts';
import type { LdapEntry, Search, Work } from '../search.ts';
import { type AccountBranch, type Branch, type GroupBranch, searchFor } from './branch.ts';
import { accountOf, addressesOf } from './entry.ts';
import { findMembers } from './members.ts';
import { idOf, textsOf } from './values.ts';

export interface FindOptions {
  readonly accounts: AccountBranch;
  /** Absent: groups are not looked for. */
  readonly groups?: GroupBranch;
  /** Told of each entry that held what was asked for. */
  readonly seen: (branch: Branch, entry: LdapEntry) => void;
}

/** Makes the question for whoever holds an address: one search among accounts, one among groups, side by side. */
export const findHolders =
  ({ accounts, groups, seen }: FindOptions, address: Address): Work<Entry> =>
  async (search, missed) => {
    const holding = async (branch: Branch): Promise<readonly LdapEntry[]> => {
      const entries = await searchFor(branch, address, search);
      const found = entries.filter((entry) => isHeldBy(entry, branch, address));
      const hidden = entries.find((entry) => isHidden(entry, branch, address));
      if (found.length === 0 && hidden !== undefined) throw notShown(hidden, branch);
      for (const entry of found) seen(branch, entry);
      return found;
    };
    const [people, teams] = await Promise.all([
      holding(accounts),
      groups === undefined ? [] : holding(groups),
    ]);
    if (people.length + teams.length === 0) believeAbsent(spellingsOf(address));
    const expand = (team: LdapEntry, branch: GroupBranch): Promise<Entry> =>
      groupOf(team, branch, accounts, search, missed);
    const expanded =
      groups === undefined ? [] : await Promise.all(teams.map((team) => expand(team, groups)));
    return [...people.map((person) => accountOf(person, accounts)), ...expanded];
  };

function isHeldBy(entry: LdapEntry, branch: Branch, { text }: Address): boolean {
  const { address, aliases } = addressesOf(entry, branch);
  return address === text || aliases.includes(text);
}

/**
 * Whether an entry was found by an attribute that it does not show (a right to search is none to read), or that is not
 * looked at. Others that do not hold the address were compared more loosely: Active Directory takes ü for u, OpenLDAP two
 * spaces for one.
 */
function isHidden(entry: LdapEntry, branch: Branch, { text }: Address): boolean {
  const sources = [...branch.address, ...branch.aliases];
  const showsAll = sources.every(({ attribute }) => textsOf(entry, attribute).length > 0);
  if (showsAll && !branch.filter.hasPlaceholders) return false;
  const asked = loosely(text);
  return !sources.some((source) =>
    source.addressesOf(entry).some((address) => loosely(address) === asked),
  );
}

function notShown({ dn }: LdapEntry, { kind, filter, address, aliases }: Branch): Fault {
  const attributes = [...address, ...aliases].map(({ attribute }) => attribute).join(' and ');
  const remedy = filter.hasPlaceholders
    ? `let ${kind}s.filter ask for nothing but ${attributes}, or name what it asks for in ${kind}s.aliases`
    : `give bind.dn the right to read ${attributes}`;
  return new Fault('entry', `${dn} was found for it, but does not show the address: ${remedy}`);
}

async function groupOf(
  entry: LdapEntry,
  branch: GroupBranch,
  accounts: AccountBranch,
  search: Search,
  missed: () => void,
): Promise<Entry> {
  const { addresses, logins } = await findMembers(entry, branch, accounts, search, missed);
  return {
    id: idOf(entry, branch.id),
    kind: 'group',
    ...addressesOf(entry, branch),
    logins,
    members: addresses,
    enabled: true,
  };
}
