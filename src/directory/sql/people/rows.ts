import type { Address } from '../../../address/address.ts';
import { Fault } from '../../directory.ts';
import type { View } from '../connect/ask.ts';
import type { Row } from '../engine.ts';
import type { Part } from '../parts.ts';
import { spelled } from '../spelled.ts';

/** The rows of a part for an address, in all spellings, each row once. */
export async function rowsFor(part: Part, address: Address, view: View): Promise<readonly Row[]> {
  const texts = [...new Set([...spelled(address).texts, ...view.writtenAs(part, address)])];
  const rows: Row[] = [];
  // One after the other: where the first takes too long, others must not wait behind the rest.
  for (const text of texts) rows.push(...(await view.rows(part, text)));
  if (texts.length === 1) return rows;
  return [...new Map(rows.map((row) => [JSON.stringify(row, writable), row])).values()];
}

const writable = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

/**
 * Called with what a part showed, and how many of it hold the address.
 * @throws {Fault} `entry` where rows were compared more loosely, and the one that is meant may have been left out for them
 */
export function checkShown(part: Part, rows: readonly Row[], holding: number): void {
  if (holding > 0 || rows.length === 0 || !part.isNarrowed) return;
  throw new Fault(
    'entry',
    `${part.name} shows somebody who does not hold this address, and may have left out who does: let it compare exactly, or do without LIMIT and the like`,
  );
}
