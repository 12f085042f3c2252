import type { PlacedRemark } from '../remark.ts';
import type { Facts } from './facts.ts';

/** Judges one kind of thing. It reads nothing, and says nothing of what it has no facts of. */
export type Look = (facts: Facts) => readonly PlacedRemark[];

/** Something that is wrong: mail is refused, delayed, or not answered for. */
export const failed = (about: string, text: string, mend: string): PlacedRemark => ({
  level: 'failed',
  about,
  text,
  mend,
});

/** Something that works, and should not stay as it is. */
export const warning = (about: string, text: string, mend: string): PlacedRemark => ({
  level: 'warning',
  about,
  text,
  mend,
});

export const fine = (about: string, text: string): PlacedRemark => ({ level: 'ok', about, text });
