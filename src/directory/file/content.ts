import { foldKey } from '../../address/address.ts';
import type { Entry } from '../directory.ts';
import { ownAddress } from '../people/spelling.ts';
import type { PeopleFile } from './schema.ts';

/** A people file that has been checked, all addresses, domains and keys normalised. */
export interface Content {
  /** A group's members stand as they were written: neither expanded nor known to exist. */
  readonly entries: readonly Entry[];
  /** Domains at which every address is an account. */
  readonly open: readonly string[];
  readonly domains: readonly string[];
  readonly tables: readonly string[];
  readonly rows: readonly Row[];
}

/** One key of one table, folded. */
export interface Row {
  readonly table: string;
  readonly key: string;
  readonly values: readonly string[];
}

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
