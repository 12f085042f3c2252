import type { Finding } from '../finding.ts';
import type { Facts } from './facts.ts';

/** Judges one kind of thing. It reads nothing, and says nothing of what it has no facts of. */
export type Look = (facts: Facts) => readonly Finding[];

/** Something that is wrong: mail is refused, delayed, or not answered for. */
export const failed = (about: string, text: string, mend: string): Finding => ({
  level: 'failed',
  about,
  text,
  mend,
});

/** Something that works, and should not stay as it is. */
export const warning = (about: string, text: string, mend: string): Finding => ({
  level: 'warning',
  about,
  text,
  mend,
});

export const fine = (about: string, text: string): Finding => ({ level: 'ok', about, text });
