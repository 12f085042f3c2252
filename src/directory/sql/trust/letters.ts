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

/** How an address is written that has such letters. */
interface Written {
  readonly address: Address;
  readonly text: string;
  /** Its local part, as it is written. */
  readonly local: string;
}

function writtenOf(stored: string): readonly Written[] {
  const text = stored.trim();
  const address = parseAddress(text);
  return address === undefined
    ? []
    : [{ address, text, local: text.slice(0, text.lastIndexOf('@')) }];
}

/** So long what was seen is taken to be all, in ms. */
const KEEP_MS = 10 * 60_000;

/** Creates the memory of one directory's. */
export function createLetters(parts: readonly Part[], now: () => number): Letters {
  const known = new Map<Part, readonly Written[]>();
  let due = Number.NEGATIVE_INFINITY;
  let first: Promise<void> | undefined;

  async function lookAt(part: Part, connection: SqlConnection): Promise<void> {
    if (part.rare === undefined) return;
    const rows = await connection.run(part.rare, []);
    const written = addressesIn(rows).filter(hasRareLetter).flatMap(writtenOf);
    known.set(part, written);
  }

  async function lookAtAll(connection: SqlConnection): Promise<void> {
    await Promise.allSettled(parts.map((part) => lookAt(part, connection)));
  }

  return {
    // In other domains, too: an alias domain has the people of another one.
    writtenAs: (part, { local, domain }) =>
      (known.get(part) ?? []).flatMap((each) => {
        if (each.address.local !== local) return [];
        return each.address.domain === domain ? [each.text] : [`${each.local}@${domain}`];
      }),
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
