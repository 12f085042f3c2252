import type { Address } from '../../../address/address.ts';
import type { Entry } from '../../directory.ts';
import type { GroupLimits } from '../../people/expand.ts';
import { believeAbsent } from '../../people/spelling.ts';
import type { View, Work } from '../connect/ask.ts';
import type { Part } from '../parts.ts';
import { spelled } from '../spelled.ts';
import { findAccounts } from './accounts.ts';
import { findAliases, withAliases } from './aliases.ts';
import { findCatchAll } from './catchall.ts';
import { findGroups } from './groups.ts';

/** The statements that show people; each may be absent. */
export interface PeopleParts {
  readonly account?: Part;
  readonly aliases?: Part;
  readonly groups?: Part;
  readonly logins?: Part;
  readonly catchAll?: Part;
}

export interface FindOptions {
  readonly parts: PeopleParts;
  readonly limits: GroupLimits;
  /** Characters that may begin an address's extension: whoever holds `ann@` gets the mail for `ann+news@`. */
  readonly delimiters: string;
}

/** Makes the question for whoever holds an address: all statements side by side, each in all spellings. */
export const findHolders =
  (options: FindOptions, address: Address): Work<Entry> =>
  async (view) => {
    const found = await findPeople(options, address, view);
    if (found.some(takesMail)) return found;
    const taking = await findCatchAll(options, address, view, async (base) => {
      const people = await findPeople(options, base, view);
      return people.some(takesMail);
    });
    if (found.length === 0 && taking.length === 0) believeAbsent(spelled(address));
    return [...found, ...taking];
  };

async function findPeople(
  options: FindOptions,
  address: Address,
  view: View,
): Promise<readonly Entry[]> {
  const { parts, limits } = options;
  const [accounts, aliases, groups] = await Promise.all([
    findAccounts(parts, address, view),
    findAliases(parts.aliases, address, view),
    parts.groups === undefined ? [] : findGroups(parts.groups, address, limits, view),
  ]);
  return withAliases([...accounts, ...groups], aliases, address, options, view);
}

/** Nobody is kept from whoever takes the mail of the rest by an account that is disabled. */
const takesMail = ({ kind, enabled, members }: Entry): boolean =>
  enabled && (kind === 'account' || members.length > 0);
