import { setImmediate as nextTurn } from 'node:timers/promises';
import { foldAddress, isMailbox, parseAddress } from '../../address/address.ts';
import { type Entry, Fault } from '../directory.ts';
import type { Pieces } from './content.ts';
import { expandGroup, type GroupLimits } from './expand.ts';
import { createExtents, type Extents, type Index } from './extents.ts';
import { type HoldingRules, holders } from './owners.ts';
import { createTables, type Tables } from './tables.ts';

/** The part of a directory's settings that decides who holds an address. */
export interface PeopleRules extends HoldingRules {
  readonly groups: GroupLimits;
}

/** Everybody of one content, indexed by address. It never changes; an edit makes a new one. */
export interface People extends Pick<Tables, 'ask' | 'hasRow'> {
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
  /** Whether somebody who is enabled holds `address`, in doubt or not. */
  takes(address: string): boolean;
  /** What can be lost of it. */
  readonly extents: Extents;
  /** The reasons why `find` and `ask` throw for some keys: what an admin should hear when it is loaded. */
  doubts(): Iterable<string>;
}

/** Indexes a content's pieces, letting other work run after each; `source` is named in faults. */
export async function gatherPeople(
  content: Pieces,
  rules: PeopleRules,
  source: string,
): Promise<People> {
  const everybody: Entry[] = [];
  const index = new Map<string, Entry[]>();
  const tables = createTables(source, content.tables);
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
  index: Index,
  tables: Tables,
  { open, domains: named, tables: names }: Pieces,
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
  const holdMember = (member: string) => hold(foldAddress(member));
  const expand = (group: Entry): Entry => {
    const done = expanded.get(group) ?? expandGroup(group, holdMember, rules.groups);
    expanded.set(group, done);
    return done;
  };
  const takes = (address: string): boolean =>
    index.get(address)?.some(({ enabled }) => enabled) ?? isOpen(address);
  const accounts = everybody.filter(({ kind }) => kind === 'account').length;
  const domains = new Set([...named, ...open]);

  return {
    accounts,
    groups: everybody.length - accounts,
    domains: [...domains],
    isEmpty: everybody.length + domains.size + names.length === 0,
    find: (address) =>
      hold(address).map((entry) => (entry.kind === 'group' ? expand(entry) : entry)),
    has: (address) => index.has(address) || isOpen(address),
    everyAddress: () => index.keys(),
    takes,
    extents: createExtents(index, takes, domains, tables.rows),
    *doubts() {
      yield* findDoubts(index, rules);
      yield* tables.doubts();
    },
    ask: (table, key) => tables.ask(table, key),
    hasRow: (table, key) => tables.hasRow(table, key),
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

function* findDoubts(index: Index, rules: HoldingRules): Iterable<string> {
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
