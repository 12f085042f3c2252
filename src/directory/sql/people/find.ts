import { type Address, parseAddress } from '../../../address/address.ts';
import { type Entry, Fault } from '../../directory.ts';
import type { GroupLimits } from '../../people/expand.ts';
import { believeAbsent, mailAddress } from '../../people/spelling.ts';
import type { View, Work } from '../connect/ask.ts';
import type { Part } from '../parts.ts';
import { spelled } from '../spelled.ts';
import { type Alias, accountsOf, aliasesOf } from './entries.ts';
import { findGroups } from './groups.ts';
import { checkShown, rowsFor } from './rows.ts';

/** The statements that show people; each may be absent. */
export interface PeopleParts {
  readonly account?: Part;
  readonly aliases?: Part;
  readonly groups?: Part;
  readonly logins?: Part;
}

export interface FindOptions {
  readonly parts: PeopleParts;
  readonly limits: GroupLimits;
}

/** Makes the question for whoever holds an address: all statements side by side, each in all spellings. */
export const findHolders =
  ({ parts, limits }: FindOptions, address: Address): Work<Entry> =>
  async (view) => {
    const [accounts, aliases, groups] = await Promise.all([
      findAccounts(parts, address, view),
      findAliases(parts, address, view),
      parts.groups === undefined ? [] : findGroups(parts.groups, address, limits, view),
    ]);
    const led = await Promise.all(aliases.map((alias) => resolve(alias, parts, limits, view)));
    const found = [...accounts, ...groups, ...led.flat()];
    if (found.length === 0) believeAbsent(spelled(address));
    return found;
  };

async function findAccounts(
  { account, logins }: PeopleParts,
  address: Address,
  view: View,
): Promise<readonly Entry[]> {
  if (account === undefined) return [];
  const rows = await rowsFor(account, address, view);
  const found = accountsOf(rows, account.name).filter((entry) => holds(entry, address.text));
  checkShown(account, rows, found.length);
  if (logins === undefined) return found;
  return Promise.all(found.map((entry) => withLogins(entry, logins, view)));
}

const holds = ({ address, aliases }: Entry, text: string): boolean =>
  address === text || aliases.includes(text);

async function withLogins(entry: Entry, part: Part, view: View): Promise<Entry> {
  const address = parseAddress(entry.address);
  if (address === undefined) return entry;
  const rows = await rowsFor(part, address, view);
  const more = rows.flatMap(({ login }) => (typeof login === 'string' ? [login] : []));
  return { ...entry, logins: [...new Set([...entry.logins, ...more])] };
}

async function findAliases(
  { aliases }: PeopleParts,
  address: Address,
  view: View,
): Promise<readonly Alias[]> {
  if (aliases === undefined) return [];
  const rows = await rowsFor(aliases, address, view);
  const found = aliasesOf(rows, aliases.name).filter(({ alias }) => alias === address.text);
  checkShown(aliases, rows, found.length);
  return found;
}

/**
 * Who an alias leads to: the account, where it is one; else all its targets together, without accounts that are disabled.
 * A target that is an alias in turn stays one: Postfix asks for it.
 */
async function resolve(
  { alias, targets }: Alias,
  parts: PeopleParts,
  limits: GroupLimits,
  view: View,
): Promise<readonly Entry[]> {
  if (targets.length > limits.members)
    throw new Fault(
      'entry',
      `the alias has more than ${limits.members} targets, the limit groups.members`,
    );
  const found = await Promise.all(
    targets.map(async (target) => {
      const address = parseAddress(target);
      if (address === undefined || address.text === alias) return { target, accounts: [] };
      const accounts = await findAccounts(parts, address, view);
      return { target, accounts: accounts.filter((entry) => entry.address === address.text) };
    }),
  );
  const [only] = found;
  if (found.length === 1 && only !== undefined && only.accounts.length > 0)
    return only.accounts.map((entry) => ({
      ...entry,
      aliases: [...new Set([...entry.aliases, alias])],
    }));
  const enabled = found.flatMap(({ accounts }) => accounts.filter((entry) => entry.enabled));
  const members = found.flatMap(({ target, accounts }) =>
    accounts.length === 0 ? [target] : accounts.filter((each) => each.enabled).map(mailAddress),
  );
  if (members.length === 0) view.missed();
  return [
    {
      id: `alias:${alias}`,
      kind: 'group',
      address: alias,
      aliases: [],
      logins: [...new Set(enabled.flatMap(({ logins }) => logins))],
      members: [...new Set(members)],
      enabled: true,
    },
  ];
}
