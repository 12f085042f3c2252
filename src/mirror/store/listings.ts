import type { DatabaseSync } from 'node:sqlite';
import { Gap } from '../../directory/directory.ts';
import { type Bits, createBits } from './bits.ts';
import type { Missing } from './orders.ts';
import { addressesOf, decode, partOf } from './rows.ts';

/** Who was shown by the listings of one feed, and who was not. */
export interface Listings {
  begin(part: string): void;
  see(ref: string, n: number): void;
  /** Whether the part that it is of is being listed. */
  isOpen(ref: string): boolean;
  /** Told to be as it was put, and not there: it has to be put before its listing ends. */
  expect(ref: string): void;
  /** Told gone meanwhile. */
  expectNot(ref: string): void;
  /**
   * Ends a listing; gives how many of its part it did not show, and have an address to be asked for by. All are to be taken.
   * @throws {Gap} where somebody is there whom nobody has told of
   */
  end(part: string): number;
  /** Parts of which there are entries, and which have not been listed. */
  unlisted(): readonly string[];
  /** Takes some who were not shown; none: there are no more. */
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
  const awaited = new Set<string>();
  /** By their numbers: they may be a million. */
  let missing: number[] = [];

  /** What comes after all refs of a part: `;` follows `:`. */
  const after = (part: string): string => `${part};`;

  const read = (n: number): readonly Missing[] => {
    const row = byNumber.get(n);
    if (row === undefined) return [];
    const { id, ...entry } = decode(String(row['data']));
    return [{ ref: String(row['ref']), id, addresses: addressesOf(entry) }];
  };
  /** Whether it may be asked for. */
  const hasAddress = (n: number): boolean => read(n).some(({ addresses }) => addresses.length > 0);

  return {
    begin: (part) => {
      open.set(part, createBits());
    },
    see: (ref, n) => {
      if (open.size > 0) open.get(partOf(ref))?.add(n);
      if (awaited.size > 0) awaited.delete(ref);
    },
    isOpen: (ref) => open.has(partOf(ref)),
    expect: (ref) => {
      awaited.add(ref);
    },
    expectNot: (ref) => {
      awaited.delete(ref);
    },
    end: (part) => {
      const stranger = awaited.values().find((ref) => partOf(ref) === part);
      // A right was lost and came back, perhaps: what was told since the cursor is not all.
      if (stranger !== undefined)
        throw new Gap(`${stranger} is told to be as it was, and is not in the mirror`);
      const shown = open.get(part);
      // Of a part that is not listed any more nobody was shown.
      open.delete(part);
      ended.add(part);
      for (const { n } of inPart.iterate(`${part}:`, after(part)))
        if (shown?.has(Number(n)) !== true) missing.push(Number(n));
      return missing.reduce((count, n) => count + (hasAddress(n) ? 1 : 0), 0);
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
    take: (most) => missing.splice(-most).flatMap(read),
    forget: () => {
      open.clear();
      ended.clear();
      awaited.clear();
      missing = [];
    },
  };
}
