import { foldKey } from '../../address/address.ts';
import type { Entry } from '../directory.ts';
import type { Content } from '../people/content.ts';
import type { PeopleFile } from './schema.ts';

/** Fills in what a file leaves out: an account without `logins` logs in with its address, an id is the address. */
export function toContent({ accounts, groups, open, domains, tables }: PeopleFile): Content {
  const distinct = createDistinct();
  return {
    entries: [
      ...(accounts ?? []).map((account) => toAccount(account, distinct)),
      ...(groups ?? []).map(toGroup),
    ],
    open: open ?? [],
    domains: domains ?? [],
    tables: Object.keys(tables ?? {}),
    rows: Object.entries(tables ?? {}).flatMap(([table, rows]) =>
      Object.entries(rows).map(([key, values]) => ({ table, key: foldKey(key), values })),
    ),
  };
}

/**
 * Two accounts written differently may fold to one address (`strauß@`, `strauss@`). They are two people, and in doubt as
 * long as they have two ids: one id twice would be one account that came twice.
 */
function createDistinct(): (id: string) => string {
  const seen = new Map<string, number>();
  return (id) => {
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return times === 1 ? id : `${id}#${times}`;
  };
}

function toAccount(
  account: NonNullable<PeopleFile['accounts']>[number],
  distinct: (id: string) => string,
): Entry {
  const { address, aliases, logins, enabled, id } = account;
  return {
    id: id ?? distinct(address),
    kind: 'account',
    address,
    aliases: furtherAddresses(aliases, address),
    logins: [...new Set(logins ?? [address])],
    members: [],
    enabled: enabled ?? true,
  };
}

function toGroup(group: NonNullable<PeopleFile['groups']>[number]): Entry {
  const { address, aliases, members, id } = group;
  return {
    id: id ?? address,
    kind: 'group',
    address,
    aliases: furtherAddresses(aliases, address),
    logins: [],
    members,
    enabled: true,
  };
}

const furtherAddresses = (aliases: readonly string[] | undefined, address: string) =>
  [...new Set(aliases)].filter((alias) => alias !== address);
