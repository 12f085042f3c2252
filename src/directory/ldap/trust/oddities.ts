import { EqualityFilter, type Filter, SubstringFilter } from 'ldapts';
import { type Address, parseAddress } from '../../../address/address.ts';
import { withinTime } from '../../waiting.ts';
import { type Branch, withHolders } from '../people/branch.ts';
import type { LdapEntry } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import { sample } from './places.ts';
import type { Proof } from './proof.ts';

/**
 * Addresses that are stored as `Ann Smith <ann@example.org>`: no search for the address finds them, so they are looked for
 * now and then, and asked for as they are written.
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
const KEEP_MS = 60 * 60_000;
/** So long a look may take, in ms: no index serves it, and a connection that opens waits for it. */
const LOOK_MS = 400;
/** So many of each kind of entry are taken note of. */
const MOST = 200;

interface Odd {
  readonly attribute: string;
  readonly value: string;
}

/** Creates the memory of one directory's. */
export function createOddities(branches: readonly Branch[], now: () => number): Oddities {
  const known = new Map<Branch, Map<string, Odd[]>>();
  let due = Number.NEGATIVE_INFINITY;
  let isLooked = false;

  async function look(branch: Branch, connection: Connection, signal: AbortSignal): Promise<void> {
    const sources = [...branch.address, ...branch.aliases];
    const filter = withHolders(
      branch,
      sources.map(({ attribute }) => new SubstringFilter({ attribute, any: ['<'] })),
    );
    if (filter === undefined || branch.filter.hasPlaceholders) return;
    const scope = branch.base.hasPlaceholders ? 'sub' : branch.scope;
    const attributes = sources.map(({ attribute }) => attribute);
    const { entries, isWhole } = await sample(
      { base: branch.commonBase, scope, filter, attributes, sizeLimit: MOST },
      connection,
      signal,
    );
    known.set(branch, indexOf(branch, entries));
    isLooked &&= isWhole;
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
        (own) => Promise.allSettled(branches.map((branch) => look(branch, connection, own))),
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
      const address = value.includes('<') ? parseAddress(source.addressIn(value) ?? '') : undefined;
      if (address === undefined) continue;
      const { attribute } = source;
      index.set(address.text, [...(index.get(address.text) ?? []), { attribute, value }]);
    }
  }
  return index;
}
