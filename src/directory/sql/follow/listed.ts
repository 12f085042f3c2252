import { normaliseAddress, parseAddress } from '../../../address/address.ts';
import { type Entry, Fault, type Listed } from '../../directory.ts';
import { ownAddress } from '../../people/spelling.ts';
import type { View } from '../connect/ask.ts';
import type { Row } from '../engine.ts';
import { findAccounts, withLogins } from '../people/accounts.ts';
import { findAliases } from '../people/aliases.ts';
import { type Alias, accountsOf, aliasesOf, idOf, need } from '../people/entries.ts';
import type { FindOptions } from '../people/find.ts';
import { groupIn } from '../people/groups.ts';
import { column, comparable } from '../people/values.ts';
import type { Listing } from '../text/listing.ts';

/** One entry under its name in the feed. */
export type Named = readonly [ref: string, entry: Listed];

/** How entries are made of rows. */
export interface Making {
  readonly find: FindOptions;
  /** The connection that the rows are of. */
  readonly view: View;
  /** The rows of an account by its id, as they are listed. */
  readonly listed: (id: string) => Promise<readonly Named[]>;
  /** Whether everybody is told, accounts before aliases; else only what changed. */
  readonly isWhole: boolean;
}

/** Makes entries of the rows of one key of a listing. */
export type Make = (
  rows: readonly Row[],
  listing: Listing,
  making: Making,
) => Promise<readonly Named[]>;

/**
 * A name that nobody has: a group that calls a member so is asked for at each lookup. So whatever a listing can't tell, such as
 * a forwarding, is answered as without a mirror.
 */
const ASKED = 'asked:';

const addressName = (address: string): string => `mailto:${address}`;
const groupName = (address: string): string => `group:${address}`;
const accountRef = (id: string): string => `account:${id}`;
const aliasRef = (alias: string): string => `alias:${alias}`;

/** Entries of accounts. What else is to be known of one is asked for as a lookup asks. */
export const makeAccounts: Make = async (rows, { name }, making) => {
  try {
    const accounts = accountsOf(rows, name);
    return await Promise.all(accounts.map((account) => makeAccount(account, making)));
  } catch (error) {
    return [doubted(accountRef, 'account', rows, error)];
  }
};

async function makeAccount(entry: Entry, { find: { parts }, view }: Making): Promise<Named> {
  const ref = accountRef(entry.id);
  const names = [addressName(entry.address)];
  const address = parseAddress(entry.address);
  if (address === undefined) return [ref, { ...entry, names }];
  const aliases = await findAliases(parts.aliases, address, view);
  // Whoever is disabled may have somebody who takes the mail of the rest.
  const isOthers = !entry.enabled && parts.catchAll !== undefined;
  if (aliases.some(isLedOn) || isOthers) return [ref, asked(entry, names)];
  const { logins } = parts;
  return [
    ref,
    { ...(logins === undefined ? entry : await withLogins(entry, logins, view)), names },
  ];
}

/** Whether mail for an account whose own address is the alias goes to others as well, or to others alone. */
const isLedOn = ({ alias, targets }: Alias): boolean =>
  targets.some((each) => comparable(each) !== alias);

/** Entries of aliases: groups of whom they lead to. Where an account has the address, it is that account's entry. */
export const makeAliases: Make = async (rows, { name }, making) => {
  const aliases = aliasesOf(rows, name);
  return (await Promise.all(aliases.map((alias) => makeAlias(alias, making)))).flat();
};

async function makeAlias(alias: Alias, making: Making): Promise<readonly Named[]> {
  const { find, view, listed, isWhole } = making;
  const address = parseAddress(alias.alias);
  // One of a whole domain.
  if (address === undefined) return [];
  const accounts = await findAccounts(find.parts, address, view);
  const own = accounts.filter((account) => account.address === address.text);
  if (own.length > 0) {
    if (isWhole && !isLedOn(alias)) return [];
    return (await Promise.all(own.map(({ id }) => listed(id)))).flat();
  }
  const entry = groupEntry(aliasRef(address.text), address.text);
  return [[aliasRef(address.text), { ...entry, ...targetsOf(alias, find.limits.members) }]];
}

function targetsOf(
  { targets, maySend }: Alias,
  most: number,
): Pick<Listed, 'members' | 'memberNames' | 'doubt'> {
  if (targets.length > most)
    return {
      members: [],
      doubt: `the alias has more than ${most} targets, the limit groups.members`,
    };
  // Members' logins would be the alias's.
  if (!maySend) return { members: [], memberNames: [ASKED] };
  const names = targets.map((target) => {
    const text = normaliseAddress(target);
    // It may be written otherwise for somebody elsewhere, to whom that means something.
    return text === target ? addressName(text) : ASKED;
  });
  return { members: [], memberNames: names };
}

/** Entries of groups, with whoever lies directly in them. */
export const makeGroups: Make = async (rows, { name }) => {
  const refOf = (id: string): string => `group:${id}`;
  try {
    need(rows, name, 'address');
    return [...Map.groupBy(rows, idOf)].map(([id, own]) => {
      const { address, aliases, enabled, members, logins, inner } = groupIn(own);
      const entry = { ...groupEntry(id, address), aliases, enabled, members, logins };
      const memberNames = inner.map((each) => groupName(comparable(each)));
      return [refOf(id), { ...entry, names: [groupName(comparable(address))], memberNames }];
    });
  } catch (error) {
    return [doubted(refOf, 'group', rows, error)];
  }
};

const groupEntry = (id: string, address: string): Listed => ({
  id,
  kind: 'group',
  ...ownAddress(address),
  aliases: [],
  logins: [],
  members: [],
  enabled: true,
  names: [],
});

const asked = ({ id, address, aliases }: Entry, names: readonly string[]): Listed => ({
  ...groupEntry(id, address),
  aliases,
  names,
  memberNames: [ASKED],
});

/** Rows that contradict themselves are a doubt about the addresses in them; all else is a fault of the statement's. */
function doubted(
  refOf: (id: string) => string,
  kind: Entry['kind'],
  rows: readonly Row[],
  error: unknown,
): Named {
  const [row] = rows;
  if (!(error instanceof Fault) || error.kind !== 'entry' || row === undefined) throw error;
  const [address = '', ...others] = column(rows, 'address').map(comparable);
  const id = idOf(row);
  const aliases = [...others, ...column(rows, 'alias').map(comparable)];
  return [refOf(id), { ...groupEntry(id, address), kind, aliases, doubt: error.message }];
}
