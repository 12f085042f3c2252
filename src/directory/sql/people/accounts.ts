import { type Address, parseAddress } from '../../../address/address.ts';
import type { Entry } from '../../directory.ts';
import type { View } from '../connect/ask.ts';
import type { Part } from '../parts.ts';
import { accountsOf } from './entries.ts';
import { checkShown, rowsFor } from './rows.ts';

/** The statements that show accounts; each may be absent. */
export interface AccountParts {
  readonly account?: Part;
  readonly logins?: Part;
}

/** Finds the accounts that hold an address, as their own or as an alias. */
export async function findAccounts(
  { account, logins }: AccountParts,
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

/** Adds the logins that a statement of their own shows. */
export async function withLogins(entry: Entry, part: Part, view: View): Promise<Entry> {
  const address = parseAddress(entry.address);
  if (address === undefined) return entry;
  const rows = await rowsFor(part, address, view);
  const more = rows.flatMap(({ login }) => (typeof login === 'string' ? [login] : []));
  return { ...entry, logins: [...new Set([...entry.logins, ...more])] };
}
