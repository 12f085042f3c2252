import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMailbox, parseAddress } from '../../address/address.ts';
import { type Entry, Fault } from '../directory.ts';
import type { Content } from '../file/content.ts';
import { expandGroup, type GroupLimits } from './expand.ts';
import { type HoldingRules, holders } from './owners.ts';
import { createTables, type Tables } from './tables.ts';

/** The part of a file directory's settings that decides who holds an address. */
export interface PeopleRules extends HoldingRules {
  readonly groups: GroupLimits;
}

/** Some of a checked people file: as much as can be indexed between two lookups. */
export type Piece = Pick<Content, 'entries' | 'rows'>;

/** A checked people file in pieces. */
export interface Pieces extends Pick<Content, 'open' | 'domains' | 'tables'> {
  readonly pieces: Iterable<Piece>;
}

/** Everybody in one people file, indexed by address. It never changes; an edit makes a new one. */
export interface People extends Pick<Tables, 'ask'> {
  readonly accounts: number;
  readonly groups: number;
  readonly domains: readonly string[];
  /** No account, no group, no domain and no table. */
  readonly isEmpty: boolean;
  /** Who holds `address`, groups expanded; throws a `Fault` of the kind `entry` in doubt. */
  find(address: string): readonly Entry[];
  /** Whether somebody holds `address`, in doubt or not. */
  has(address: string): boolean;
  /** All addresses that somebody holds, aliases included. */
  everyAddress(): Iterable<string>;
  /** All own addresses of accounts, or of groups. */
  addresses(kind: Entry['kind']): Iterable<string>;
  /** The reasons why `find` throws for some aliases: what an admin should hear when the file is loaded. */
  doubts(): Iterable<string>;
}

/** Indexes a file's pieces, letting other work run after each; `file` is named in faults. */
export async function gatherPeople(
  content: Pieces,
  rules: PeopleRules,
  file: string,
): Promise<People> {
  const everybody: Entry[] = [];
  const index = new Map<string, Entry[]>();
  const tables = createTables(file, content.tables);
  for (const { entries, rows } of content.pieces) {
    for (const entry of entries) {
      everybody.push(entry);
      for (const address of [entry.address, ...entry.aliases]) addTo(index, address, entry);
    }
    tables.add(rows);
    await nextTurn();
  }
  return createPeople(everybody, index, tables, content, rules);
}

function createPeople(
  everybody: readonly Entry[],
  index: ReadonlyMap<string, readonly Entry[]>,
  tables: Tables,
  { open, domains, tables: names }: Pieces,
  rules: PeopleRules,
): People {
  const openDomains = new Set(open);
  const isOpen = (address: string): boolean =>
    openDomains.size > 0 && openDomains.has(parseAddress(address)?.domain ?? '');
  const hold = (address: string): readonly Entry[] => {
    const entries = index.get(address);
    if (entries !== undefined) return holders(entries, address, rules);
    return isOpen(address) ? openAccount(address) : [];
  };
  const expanded = new Map<Entry, Entry>();
  // Members keep the letters that they are written with.
  const holdMember = (member: string) => hold(parseAddress(member)?.text ?? member);
  const expand = (group: Entry): Entry => {
    const done = expanded.get(group) ?? expandGroup(group, holdMember, rules.groups);
    expanded.set(group, done);
    return done;
  };
  const accounts = everybody.filter(({ kind }) => kind === 'account').length;

  return {
    accounts,
    groups: everybody.length - accounts,
    domains: [...new Set([...domains, ...open])],
    isEmpty: everybody.length + open.length + domains.length + names.length === 0,
    find: (address) =>
      hold(address).map((entry) => (entry.kind === 'group' ? expand(entry) : entry)),
    has: (address) => index.has(address) || isOpen(address),
    everyAddress: () => index.keys(),
    addresses: (kind) =>
      Iterator.from(everybody)
        .filter((entry) => entry.kind === kind)
        .map(({ address }) => address),
    doubts: () => findDoubts(index, rules),
    ask: (table, key) => tables.ask(table, key),
  };
}

function addTo(index: Map<string, Entry[]>, address: string, entry: Entry): void {
  const holding = index.get(address);
  if (holding === undefined) index.set(address, [entry]);
  else holding.push(entry);
}

/** An account at an open domain exists when it is asked for, unless a reply could not carry its address. */
function openAccount(address: string): readonly Entry[] {
  if (!isMailbox(address)) return [];
  return [
    {
      id: address,
      kind: 'account',
      address,
      aliases: [],
      logins: [address],
      members: [],
      enabled: true,
    },
  ];
}

function* findDoubts(
  index: ReadonlyMap<string, readonly Entry[]>,
  rules: HoldingRules,
): Iterable<string> {
  for (const [address, entries] of index) {
    if (entries.length < 2) continue;
    try {
      holders(entries, address, rules);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      yield error.message;
    }
  }
}
