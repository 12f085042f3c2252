import type { Dialect } from '../text/tokens.ts';

/** What each database says differently. */
export interface Words {
  /** Puts texts together. */
  readonly concat: (...texts: readonly string[]) => string;
  /** How many characters a text has. */
  readonly characters: (text: string) => string;
  /** An integer as a text. */
  readonly text: (number: string) => string;
  /** Now, as times are stored: in UTC. */
  readonly now: string;
}

const bars = (...texts: readonly string[]): string => texts.join(' || ');

/** The words of each database. */
export const WORDS: Readonly<Record<Dialect, Words>> = {
  postgresql: {
    concat: bars,
    characters: (text) => `char_length(${text})`,
    text: (number) => `CAST(${number} AS text)`,
    now: 'now()',
  },
  mysql: {
    // Two bars are an OR there.
    concat: (...texts) => `CONCAT(${texts.join(', ')})`,
    characters: (text) => `CHAR_LENGTH(${text})`,
    text: (number) => `CAST(${number} AS CHAR)`,
    now: 'UTC_TIMESTAMP()',
  },
  sqlite: {
    concat: bars,
    characters: (text) => `length(${text})`,
    text: (number) => `CAST(${number} AS TEXT)`,
    now: "datetime('now')",
  },
};
