import { foldKey } from '../../address/address.ts';
import type { Entry } from '../directory.ts';
import type { Content } from '../people/content.ts';
import { ownAddress } from '../people/spelling.ts';
import type { PeopleFile } from './schema.ts';

/** Fills in what a file leaves out: an account without `logins` logs in with its address, an id is the address. */
export function toContent({ accounts, groups, open, domains, tables }: PeopleFile): Content {
  return {
    entries: [...(accounts ?? []).map(toAccount), ...(groups ?? []).map(toGroup)],
    open: open ?? [],
    domains: domains ?? [],
    tables: Object.keys(tables ?? {}),
    rows: Object.entries(tables ?? {}).flatMap(([table, rows]) =>
      Object.entries(rows).map(([key, values]) => ({ table, key: foldKey(key), values })),
    ),
  };
}

function toAccount(account: NonNullable<PeopleFile['accounts']>[number]): Entry {
  const { address: written, aliases, logins, enabled, id } = account;
  const own = ownAddress(written);
  return {
    id: id ?? written,
    kind: 'account',
    ...own,
    aliases: furtherAddresses(aliases, own.address),
    logins: [...new Set(logins ?? [written])],
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
