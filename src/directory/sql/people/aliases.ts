import { type Address, normaliseAddress, parseAddress } from '../../../address/address.ts';
import { type Entry, Fault } from '../../directory.ts';
import type { GroupLimits } from '../../people/expand.ts';
import { mailAddress } from '../../people/spelling.ts';
import type { View } from '../connect/ask.ts';
import type { Part } from '../parts.ts';
import { type AccountParts, findAccounts } from './accounts.ts';
import { type Alias, aliasesOf } from './entries.ts';
import { checkShown, rowsFor } from './rows.ts';

/** Finds the aliases of an address. */
export async function findAliases(
  aliases: Part | undefined,
  address: Address,
  view: View,
): Promise<readonly Alias[]> {
  if (aliases === undefined) return [];
  const rows = await rowsFor(aliases, address, view);
  const found = aliasesOf(rows, aliases.name).filter(({ alias }) => alias === address.text);
  checkShown(aliases, rows, found.length);
  return found;
}

/** What aliases are resolved by. */
export interface ResolveOptions {
  readonly parts: AccountParts;
  readonly limits: GroupLimits;
}

/**
 * Adds who the aliases of an address lead to. Mail for an account whose own address is an alias as well goes where that says:
 * where it does not name the account, a forwarding without a copy, none goes to the account itself.
 */
export async function withAliases(
  holders: readonly Entry[],
  aliases: readonly Alias[],
  { text }: Address,
  options: ResolveOptions,
  view: View,
): Promise<readonly Entry[]> {
  const isOwn = (entry: Entry): boolean => entry.kind === 'account' && entry.address === text;
  const isAccount = holders.some(isOwn);
  const resolved = await Promise.all(
    aliases.map((alias) =>
      // Whoever gets an account's mail is not the account.
      resolveAlias(isAccount ? { ...alias, maySend: false } : alias, options, view),
    ),
  );
  const led = resolved.flat();
  if (!isAccount) return [...holders, ...led];
  const members = new Set(
    led.flatMap((group) => group.members.map((each) => normaliseAddress(each))),
  );
  if (members.size === 0) return holders;
  if (!members.has(text))
    return [...holders.map((each) => (isOwn(each) ? { ...each, ...FORWARDED } : each)), ...led];
  return members.size === 1 ? holders : [...holders, ...led];
}

const FORWARDED: Pick<Entry, 'isForwarded'> = { isForwarded: true };

/**
 * Who an alias leads to: the account, where it is one; else all its targets together, without accounts that are disabled.
 * A target that is an alias in turn stays one: Postfix asks for it.
 */
export async function resolveAlias(
  { alias, targets, maySend }: Alias,
  { parts, limits }: ResolveOptions,
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
  if (maySend && found.length === 1 && only !== undefined && only.accounts.length > 0)
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
      logins: maySend ? [...new Set(enabled.flatMap(({ logins }) => logins))] : [],
      members: [...new Set(members)],
      enabled: true,
    },
  ];
}
