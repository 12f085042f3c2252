import { type Address, parseAddress } from '../../../address/address.ts';
import { hasRareLetter } from '../../../address/rare.ts';
import type { SqlConnection } from '../connect/connection.ts';
import type { Part } from '../parts.ts';
import { addressesIn } from '../people/values.ts';

/**
 * Who is stored with letters that nobody is asked for by (`ſmith@`): nearly each address has places for them. They are looked
 * for now and then, and asked for as they are written.
 */
export interface Letters {
  /** What to ask a part for besides. */
  readonly writtenAs: (part: Part, address: Address) => readonly string[];
  /** Looks for them, where that is due. The first look is waited for. It never fails: a large table may take too long. */
  readonly look: (connection: SqlConnection) => Promise<void>;
}

/** So long what was seen is taken to be all, in ms. */
const KEEP_MS = 10 * 60_000;

/** Creates the memory of one directory's. */
export function createLetters(parts: readonly Part[], now: () => number): Letters {
  const known = new Map<Part, ReadonlyMap<string, readonly string[]>>();
  let due = Number.NEGATIVE_INFINITY;
  let first: Promise<void> | undefined;

  async function lookAt(part: Part, connection: SqlConnection): Promise<void> {
    if (part.rare === undefined) return;
    const rows = await connection.run(part.rare, []);
    const addresses = addressesIn(rows)
      .filter(hasRareLetter)
      .flatMap((text) => {
        const address = parseAddress(text.trim());
        return address === undefined ? [] : [{ address: address.text, text: text.trim() }];
      });
    const byAddress = Map.groupBy(addresses, ({ address }) => address);
    known.set(
      part,
      new Map([...byAddress].map(([address, all]) => [address, all.map(({ text }) => text)])),
    );
  }

  async function lookAtAll(connection: SqlConnection): Promise<void> {
    await Promise.allSettled(parts.map((part) => lookAt(part, connection)));
  }

  return {
    writtenAs: (part, { text }) => known.get(part)?.get(text) ?? [],
    async look(connection) {
      if (now() >= due) {
        due = now() + KEEP_MS;
        const looking = lookAtAll(connection);
        first ??= looking;
      }
      await first;
    },
  };
}
