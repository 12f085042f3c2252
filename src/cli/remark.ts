import type { Remark } from '../directory/directory.ts';
import { printable } from '../printable.ts';

/** One thing that was looked at, and where it is. */
export interface PlacedRemark extends Remark {
  /** Where it is. */
  readonly about: string;
  /** What to do, where that does not stand in the text. */
  readonly mend?: string;
}

/** Writes one for people: a line, and below it what to do. */
export function formatRemark({ level, about, text, mend }: PlacedRemark): string {
  const line = printable(`${level.padEnd(7)} ${about}: ${text}`);
  return mend === undefined ? line : `${line}\n${' '.repeat(8)}→ ${printable(mend)}`;
}
