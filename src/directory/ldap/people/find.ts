import type { Filter } from 'ldapts';
import type { Address } from '../../../address/address.ts';
import { loosely, spellingsOf } from '../../../address/spellings.ts';
import { type Entry, Fault } from '../../directory.ts';
import { believeAbsent } from '../../people/spelling.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import type { View, Work } from '../work.ts';
import {
  type AccountBranch,
  type Branch,
  caselessQuestion,
  type GroupBranch,
  questionFor,
} from './branch.ts';
import { accountOf, addressesOf } from './entry.ts';
import { describeLost, type LostLedger, MOST_TOLD } from './lost.ts';
import { findMembers, type MemberOptions } from './members.ts';
import { idOf, textsOf } from './values.ts';

export interface FindOptions {
  readonly accounts: AccountBranch;
  /** Absent: groups are not looked for. */
  readonly groups?: GroupBranch;
  /** Told of each entry that held what was asked for. */
  readonly seen: (branch: AccountBranch | GroupBranch, entry: LdapEntry) => void;
  /** What has to be shown of a group that names nobody for it to be believed. */
  readonly emptiness: MemberOptions['emptiness'];
  /** Conditions by which an address is to be asked for besides. */
  readonly oddities: (branch: Branch, address: Address) => readonly Filter[];
  readonly ledger: LostLedger;
}

/**
 * Makes the question for whoever holds an address: one search among accounts, one among groups, side by side. Absent where
 * no search can be made of it: nobody can hold it.
 */
export function findHolders(options: FindOptions, address: Address): Work<Entry> | undefined {
  const { accounts, groups } = options;
  const branches = groups === undefined ? [accounts] : [accounts, groups];
  if (branches.every((branch) => questionFor(branch, address) === undefined)) return undefined;

  return async (view) => {
    const first = await Promise.all(
      branches.map((branch) => {
        const further = options.oddities(branch, address);
        return holding(branch, address, questionFor(branch, address, further), options, view);
      }),
    );
    const found = first.flat();
    if (found.length > 0) return found;
    const schema = await view.schema();
    const caseless = branches.map((branch) =>
      holding(branch, address, caselessQuestion(branch, address, schema), options, view),
    );
    const second = (await Promise.all(caseless)).flat();
    if (second.length === 0) believeAbsent(spellingsOf(address));
    return second;
  };
}

/** Those of a branch that a question finds and that hold the address. */
async function holding(
  branch: AccountBranch | GroupBranch,
  address: Address,
  question: SearchRequest | undefined,
  options: FindOptions,
  view: View,
): Promise<readonly Entry[]> {
  if (question === undefined) return [];
  const entries = await view.search(question);
  const found = entries.filter((entry) => isHeldBy(entry, branch, address));
  const hidden = entries.find((entry) => isHidden(entry, branch, address));
  if (found.length === 0 && hidden !== undefined) throw notShown(hidden, branch);
  for (const entry of found) options.seen(branch, entry);
  if (branch.kind === 'account') return found.map((person) => accountOf(person, branch));
  return Promise.all(found.map((team) => groupOf(team, branch, options, view)));
}

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
  { accounts, emptiness, ledger }: FindOptions,
  view: View,
): Promise<Entry> {
  const { addresses, logins, lost } = await findMembers(
    entry,
    { branch, accounts, emptiness },
    view,
  );
  ledger.note(entry.dn, lost);
  return {
    id: idOf(entry, branch.id),
    kind: 'group',
    ...addressesOf(entry, branch),
    logins,
    members: addresses,
    enabled: true,
    ...(lost.length > 0 && { leftOut: lost.slice(0, MOST_TOLD).map(describeLost) }),
  };
}
