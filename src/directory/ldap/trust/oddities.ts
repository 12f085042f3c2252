import { EqualityFilter, type Filter, SubstringFilter } from 'ldapts';
import { type Address, parseAddress } from '../../../address/address.ts';
import { hasRareLetter, RARE_CAPITALS, RARE_LETTERS } from '../../../address/rare.ts';
import { withinTime } from '../../waiting.ts';
import { type Branch, withHolders } from '../people/branch.ts';
import type { LdapEntry } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import { sample } from './places.ts';
import type { Proof } from './proof.ts';

/**
 * Addresses that are stored as `Ann Smith <ann@example.org>`, or with letters that nobody is asked for by (`ſmith@`): no
 * search for the address finds them, so they are looked for now and then, and asked for as they are written.
 */
export interface Oddities {
  /** What to ask besides for an address. */
  readonly conditionsFor: (branch: Branch, address: Address) => readonly Filter[];
  /** Looks for them, where that is due. It never fails: a server without an index may be too slow for it. */
  readonly proof: Proof;
  /** How many there are; absent: nobody could look. */
  readonly count: () => number | undefined;
}

/** So long what was seen is taken to be all, in ms. */
const KEEP_MS = 10 * 60_000;
/** So long a look may take, in ms: no index serves it, and a connection that opens waits for it. */
const LOOK_MS = 400;
/** So many of each kind of entry are taken note of. */
const MOST = 200;

const LETTERS = [...RARE_LETTERS, ...RARE_CAPITALS];

interface Odd {
  readonly attribute: string;
  readonly value: string;
}

/** Creates the memory of one directory's. */
export function createOddities(branches: readonly Branch[], now: () => number): Oddities {
  const known = new Map<Branch, Map<string, Odd[]>>();
  let due = Number.NEGATIVE_INFINITY;
  let isLooked = false;

  /** Looks for what stands in addresses of a branch; `isOdd` tells those that do from those that the server takes for them. */
  async function look(
    branch: Branch,
    parts: readonly string[],
    isOdd: (value: string) => boolean,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<readonly LdapEntry[]> {
    const sources = [...branch.address, ...branch.aliases];
    const filter = withHolders(
      branch,
      sources.flatMap(({ attribute }) =>
        parts.map((part) => new SubstringFilter({ attribute, any: [part] })),
      ),
    );
    if (filter === undefined || branch.filter.hasPlaceholders) return [];
    const scope = branch.base.hasPlaceholders ? 'sub' : branch.scope;
    const attributes = sources.map(({ attribute }) => attribute);
    const { entries, isWhole } = await sample(
      { base: branch.commonBase, scope, filter, attributes, sizeLimit: MOST },
      connection,
      signal,
    );
    const isOwn = (entry: LdapEntry): boolean =>
      sources.some((source) => source.valuesIn(entry).some(isOdd));
    // A server that finds others takes the odd letters for common ones, and finds whoever has them by these.
    isLooked &&= isWhole || !entries.every(isOwn);
    return entries;
  }

  async function lookAt(branch: Branch, connection: Connection, signal: AbortSignal) {
    const entries = await Promise.all([
      look(branch, ['<'], (value) => value.includes('<'), connection, signal),
      look(branch, LETTERS, hasRareLetter, connection, signal),
    ]);
    known.set(branch, indexOf(branch, entries.flat()));
  }

  return {
    conditionsFor: (branch, { text }) =>
      (known.get(branch)?.get(text) ?? []).map((odd) => new EqualityFilter({ ...odd })),
    async proof(connection, signal) {
      if (now() < due) return [];
      due = now() + KEEP_MS;
      isLooked = true;
      // On one signal: what runs out of time together counts once against the connection.
      const results = await withinTime(
        (own) => Promise.allSettled(branches.map((branch) => lookAt(branch, connection, own))),
        LOOK_MS,
        signal,
      );
      isLooked &&= results.every(({ status }) => status === 'fulfilled');
      return [];
    },
    count: () =>
      isLooked ? [...known.values()].reduce((sum, { size }) => sum + size, 0) : undefined,
  };
}

/** Odd values by the address that they hold. */
function indexOf(branch: Branch, entries: readonly LdapEntry[]): Map<string, Odd[]> {
  const index = new Map<string, Odd[]>();
  for (const source of [...branch.address, ...branch.aliases]) {
    for (const value of entries.flatMap((entry) => source.valuesIn(entry))) {
      const address = parseAddress(source.addressIn(value) ?? '');
      const isOdd = value.includes('<') || hasRareLetter(value);
      if (address === undefined || !isOdd) continue;
      const { attribute } = source;
      index.set(address.text, [...(index.get(address.text) ?? []), { attribute, value }]);
    }
  }
  return index;
}
