import type { Entry } from '../../directory.ts';
import { templateKey } from '../../templates/template.ts';
import type { LdapEntry } from '../search.ts';
import type { View } from '../work.ts';
import type { AccountBranch, GroupBranch } from './branch.ts';
import { accountOf, addressesOf } from './entry.ts';
import type { Lost } from './lost.ts';
import { textsOf } from './values.ts';

/** Members that neither branch's filter found, as they are. */
export interface Unmatched {
  /** Those who have an address. */
  readonly entries: readonly Entry[];
  /** Those who have members in turn. */
  readonly groups: readonly LdapEntry[];
  readonly lost: readonly Lost[];
}

/** Entries that are read at once. */
const WIDTH = 16;

/**
 * Reads each of `dns` as it is: a contact, somebody of another class, an entry that is hidden. A shortened list is never
 * taken for the whole.
 */
export async function readUnmatched(
  dns: readonly string[],
  branch: GroupBranch,
  accounts: AccountBranch,
  view: View,
): Promise<Unmatched> {
  const attributes = [...new Set([...accounts.attributes, ...branch.attributes])];
  const entries: Entry[] = [];
  const groups: LdapEntry[] = [];
  const lost: Lost[] = [];

  async function readOne(name: string): Promise<void> {
    const entry = await view.read(name, attributes);
    if (typeof entry === 'string') return void lost.push({ name, why: entry });
    if (await isLeftOut(name, accounts, view)) return void lost.push({ name, why: 'left out' });
    const member = asMember(entry, branch, accounts);
    if (member === 'group') groups.push(entry);
    else if (member === undefined) lost.push({ name, why: 'no address' });
    else entries.push(member);
  }

  for (let i = 0; i < dns.length; i += WIDTH)
    await Promise.all(dns.slice(i, i + WIDTH).map(readOne));
  return { entries, groups, lost };
}

/** Whether it is an account of the usual kind, and the configured filter is there to leave it out. */
async function isLeftOut(dn: string, { usual }: AccountBranch, { read }: View): Promise<boolean> {
  const filter = usual?.bind(templateKey(''));
  if (filter === undefined) return false;
  return typeof (await read(dn, [], filter)) !== 'string';
}

/** What an entry of any kind is as a member; absent: there is nowhere to deliver to. It gets no logins: it is no account. */
export function asMember(
  entry: LdapEntry,
  branch: GroupBranch,
  accounts: AccountBranch,
): Entry | 'group' | undefined {
  if (namesMembers(entry, branch)) return 'group';
  const account = { ...accountOf(entry, accounts), logins: [] };
  if (account.address !== '' || !account.enabled) return account;
  const own = addressesOf(entry, branch);
  return own.address === '' ? undefined : { ...account, ...own };
}

/** Whether an entry shows a member, be it the empty name that stands for none. */
export const namesMembers = (
  entry: LdapEntry,
  { memberDns, memberUids, memberAddresses }: GroupBranch,
): boolean =>
  [...memberDns, ...memberUids, ...memberAddresses].some(
    (attribute) =>
      textsOf(entry, attribute).length > 0 ||
      [...entry.attributes.keys()].some((key) => key.startsWith(`${attribute.toLowerCase()};`)),
  );
