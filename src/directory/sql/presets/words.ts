import type { Dialect } from '../text/tokens.ts';

/** What each database says differently. */
export interface Words {
  /** Puts texts together. */
  readonly concat: (...texts: readonly string[]) => string;
  /** An address of a domain as one of another domain; both are columns. What is stored is compared with the key later. */
  readonly moved: (address: string, from: string, to: string) => string;
  /** As many last characters of `text` as `alias` has without its first, the `@`. */
  readonly ending: (text: string, alias: string) => string;
  /** Whether an address is one of a domain; both are columns. */
  readonly isAt: (address: string, domain: string) => string;
  /** A column that may hold capitals. */
  readonly folded: (column: string) => string;
  /** An integer as a text. */
  readonly text: (number: string) => string;
  /** Now, as the product compares times. */
  readonly now: string;
}

const bars = (...texts: readonly string[]): string => texts.join(' || ');

/** The words of each database. */
export const WORDS: Readonly<Record<Dialect, Words>> = {
  postgresql: {
    concat: bars,
    moved: (address, from, to) =>
      `substr(${address}, 1, length(${address}) - length(${from})) || ${to}`,
    ending: (text, alias) => `right(${text}, length(${alias}) - 1)`,
    isAt: (address, domain) => `right(${address}, length(${domain}) + 1) = '@' || ${domain}`,
    folded: (column) => `lower(${column})`,
    text: (number) => `CAST(${number} AS text)`,
    now: 'now()',
  },
  mysql: {
    // Two bars are an OR there.
    concat: (...texts) => `CONCAT(${texts.join(', ')})`,
    // LENGTH counts bytes.
    moved: (address, from, to) =>
      `CONCAT(SUBSTR(${address}, 1, CHAR_LENGTH(${address}) - CHAR_LENGTH(${from})), ${to})`,
    ending: (text, alias) => `RIGHT(${text}, CHAR_LENGTH(${alias}) - 1)`,
    isAt: (address, domain) =>
      `RIGHT(${address}, CHAR_LENGTH(${domain}) + 1) = CONCAT('@', ${domain})`,
    // Its collation does that, and an index serves it.
    folded: (column) => column,
    text: (number) => `CAST(${number} AS CHAR)`,
    now: 'NOW()',
  },
  sqlite: {
    concat: bars,
    moved: (address, from, to) =>
      `substr(${address}, 1, length(${address}) - length(${from})) || ${to}`,
    ending: (text, alias) => `substr(${text}, 1 - length(${alias}))`,
    isAt: (address, domain) => `substr(${address}, -1 - length(${domain})) = '@' || ${domain}`,
    folded: (column) => `idpmap_fold(${column})`,
    text: (number) => `CAST(${number} AS TEXT)`,
    now: "datetime('now')",
  },
};
