import type { DatabaseSync } from 'node:sqlite';
import { type Bits, createBits } from './bits.ts';
import type { Missing } from './orders.ts';
import { addressesOf, decode, partOf } from './rows.ts';

/** Who was shown by the listings of one feed, and who was not. */
export interface Listings {
  begin(part: string): void;
  see(ref: string, n: number): void;
  /** Ends a listing; gives how many of its part it did not show. They are to be taken. */
  end(part: string): number;
  /** Parts of which there are entries, and which have not been listed. */
  unlisted(): readonly string[];
  /** Takes some who were not shown. */
  take(most: number): readonly Missing[];
  /** A new feed begins. */
  forget(): void;
}

/** Creates it over an open file. */
export function createListings(db: DatabaseSync): Listings {
  const inPart = db.prepare('SELECT n FROM entry WHERE ref >= ? AND ref < ?');
  const byNumber = db.prepare('SELECT ref, data FROM entry WHERE n = ?');
  const next = db.prepare('SELECT ref FROM entry WHERE ref >= ? ORDER BY ref LIMIT 1');
  const open = new Map<string, Bits>();
  const ended = new Set<string>();
  let missing: number[] = [];

  /** What comes after all refs of a part: `;` follows `:`. */
  const after = (part: string): string => `${part};`;

  return {
    begin: (part) => {
      open.set(part, createBits());
    },
    see: (ref, n) => {
      if (open.size > 0) open.get(partOf(ref))?.add(n);
    },
    end: (part) => {
      const shown = open.get(part);
      // Of a part that is not listed any more nobody was shown.
      open.delete(part);
      ended.add(part);
      for (const { n } of inPart.iterate(`${part}:`, after(part)))
        if (shown?.has(Number(n)) !== true) missing.push(Number(n));
      return missing.length;
    },
    unlisted: () => {
      const parts: string[] = [];
      for (let row = next.get(''); row !== undefined; ) {
        const part = partOf(String(row['ref']));
        if (!ended.has(part)) parts.push(part);
        row = next.get(after(part));
      }
      return parts;
    },
    take: (most) =>
      missing.splice(0, most).flatMap((n): readonly Missing[] => {
        const row = byNumber.get(n);
        // Told gone since then.
        if (row === undefined) return [];
        const entry = decode(String(row['data']));
        const [address] = addressesOf(entry);
        return [
          { ref: String(row['ref']), id: entry.id, ...(address !== undefined && { address }) },
        ];
      }),
    forget: () => {
      open.clear();
      ended.clear();
      missing = [];
    },
  };
}
