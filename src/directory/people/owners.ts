import { type Entry, Fault } from '../directory.ts';

/** How a directory's addresses may be held. */
export interface HoldingRules {
  /** Several accounts may share an alias: its mail goes to all of them, all of them may send as it. */
  readonly sharedAliases: boolean;
}

/** So many ids stand in a reason; it has to fit a line of mail.log. */
const MAX_IDS = 5;

/**
 * Picks those of `entries` that hold `address`, which is normalised. An entry's own address beats an alias, so nobody
 * reads the director's mail by claiming her address. A group beside an account, and several groups, hold it together.
 * Whoever left does not keep it from their successor; several who left are as good as one. Entries that do not hold it
 * are left out (a directory may compare more loosely); so is an account's second copy.
 * @throws {Fault} `entry` where two accounts hold it and nothing says which is meant; the reason names their ids
 */
export function holders(
  entries: readonly Entry[],
  address: string,
  { sharedAliases }: HoldingRules,
): readonly Entry[] {
  const own = entries.filter((entry) => entry.address === address);
  const all = own.length > 0 ? own : entries.filter(({ aliases }) => aliases.includes(address));
  if (all.length < 2) return all;
  const holding = all.filter(({ enabled }) => enabled);
  if (holding.length === 0) return all.slice(0, 1);

  const accounts = new Map(
    holding.filter(({ kind }) => kind === 'account').map((entry) => [entry.id, entry]),
  );
  if (accounts.size > 1 && own.length > 0) {
    throw new Fault('entry', `${describe(accounts)} hold this address: leave it to one of them`);
  }
  if (accounts.size > 1 && !sharedAliases) {
    throw new Fault(
      'entry',
      `${describe(accounts)} hold this alias: leave it to one of them, or set sharedAliases`,
    );
  }
  return [...accounts.values(), ...holding.filter(({ kind }) => kind === 'group')];
}

function describe(accounts: ReadonlyMap<string, Entry>): string {
  const ids = [...accounts.keys()];
  const shown = ids.slice(0, MAX_IDS).join(', ') + (ids.length > MAX_IDS ? ', …' : '');
  return `${ids.length === 2 ? 'two' : ids.length} accounts (ids ${shown})`;
}
