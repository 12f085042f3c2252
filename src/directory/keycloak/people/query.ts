import { type Address, isMailbox } from '../../../address/address.ts';
import { spellingsOf as allSpellingsOf, type Spellings } from '../../../address/spellings.ts';
import type { Query } from '../http/api.ts';
import { isField } from './account.ts';

/** So many users are read of those who hold one address; where there are as many, it is in doubt. */
export const MAX_HOLDERS = 10;

/** Each spelling is a question of its own. */
const MAX_SPELLINGS = 8;

/**
 * How an address may be written in Keycloak, which keeps e-mail addresses and usernames in lower case, and attributes as
 * they came: `İ`, of which databases make one letter and Java makes two, is a spelling of its own there.
 */
export function spellingsOf(address: Address): Spellings {
  const { texts, areAll } = allSpellingsOf(address, MAX_SPELLINGS);
  const all = new Set([...texts, ...texts.map((text) => text.replaceAll('i\u0307', 'İ'))]);
  return { texts: [...all].slice(0, MAX_SPELLINGS), areAll: areAll && all.size <= MAX_SPELLINGS };
}

/** The questions that show who has a value in a field or attribute, and that nobody has. */
export interface HolderQueries {
  /** Whoever has just this. */
  readonly list: Query;
  /** What is counted where that shows nobody: the first, and where those are too many to be looked at, the next. */
  readonly wide: readonly [WideQuery, ...WideQuery[]];
  /** Whether it is longer than what Keycloak searches for parts: the list is read once more after the count. */
  readonly isLong: boolean;
  /** Those of the last wide one that may mean the same: they are counted where all are too many to be looked at. */
  readonly narrow: readonly Query[];
  /** Counts who has just this, where `list` is counted by a part: of a field, before Keycloak 26.6. */
  readonly alone: Query;
}

/** A question for more than just one value. */
export interface WideQuery {
  /** Counts at least as many as have the value. */
  readonly count: Query;
  /** Lists those who were counted. */
  readonly look: Query;
  /** What the values that it finds contain; `_` stands for any one character. */
  readonly part: string;
}

/** The question for whoever has something in the field or attribute `name` that contains `part`. */
export const partQuery = (name: string, part: string): Query =>
  isField(name) ? { [name]: part } : { q: attributeQuery(name, part), exact: false };

/** What stands directly before or after an address in a value that means it: ` ann@…`, `mailto:ann@…`, `Ann <ann@…>`. */
const AROUND: readonly ((value: string) => string)[] = [
  (value) => ` ${value}`,
  (value) => `:${value}`,
  (value) => `<${value}`,
  (value) => `${value} `,
  (value) => `${value}\n`,
];

/** Longer values lie in another column, which no part is searched in; counting by one ends in status 500. */
const SEARCHED = 250;

/** The questions for whoever has `value` in the field or attribute `name`. */
export function holderQueries(name: string, value: string): HolderQueries {
  if (isField(name)) {
    // Without `exact` the value is a pattern. Keycloak itself keeps these two without anything around them.
    const list = { [name]: value, exact: true };
    const wide = { count: list, look: { [name]: value }, part: value };
    return { list, wide: [wide], isLong: false, narrow: [], alone: aloneQuery(value) ?? list };
  }
  const loosely = (text: string): Query => ({ q: attributeQuery(name, text), exact: false });
  const widely = (part: string): WideQuery => ({ count: loosely(part), look: loosely(part), part });
  const part = patternless(askable(value)).slice(0, SEARCHED);
  const [widest, ...closer] = openings(part);
  const closest = closer.at(-1) ?? widest;
  const list = askable(value) === value ? { q: attributeQuery(name, value) } : loosely(part);
  return {
    list,
    alone: list,
    wide: [widely(widest), ...closer.map(widely)],
    isLong: value.length > SEARCHED,
    narrow: AROUND.map((write) => loosely(write(closest))),
  };
}

/** The search for a whole field in quotes; it splits at blanks and knows no escapes. */
const aloneQuery = (value: string): Query | undefined =>
  /[\s"\\*]/u.test(value) ? undefined : { search: `"${value}"` };

/**
 * `text` with letters left open that a database may not find in a value by Java's lower case, each less open than the one
 * before: `lower()` of MariaDB leaves `ẞ` as it is and makes `i` of `İ`, and that of PostgreSQL knows ASCII alone in the
 * locale `C`. So what is read of attributes does not hang on what a database takes for lower case: first all letters that
 * have a case, then the initials of words, which people write large, then those two.
 */
function openings(text: string): readonly [string, ...string[]] {
  const closest = text.replaceAll(/[ßİ]/gu, ANY);
  const initials = closest.replaceAll(/(?<![\p{L}\p{M}])[\u0080-\uffff]/gu, openCased);
  const all = closest.replaceAll(/[\u0080-\uffff]/gu, openCased);
  return [all, ...new Set([initials, closest].filter((each) => each !== all))];
}

const ANY = '_';

/** Letters beyond 16 bits keep their case: some databases count them as two characters. */
const openCased = (letter: string): string =>
  letter.toUpperCase() === letter && letter.toLowerCase() === letter ? letter : ANY;

/**
 * The value of `q` that asks for an attribute. It is a small language: a space begins the next condition, and the last
 * one of a name wins, so the value stands in quotes. In these `\"` is a quote, and any other backslash is itself.
 */
export const attributeQuery = (name: string, value: string): string =>
  `${name}:"${value.replaceAll('"', '\\"')}"`;

/** The longest part of `value` that can be asked for: in that language, no quote can follow a backslash. */
export const askable = (value: string): string =>
  longestOf(value.split(/\\(?=")/u)).replace(/\\+$/u, '');

/** The longest part of `value` without patterns: a stranger's must not keep the database busy. */
const patternless = (value: string): string => longestOf(value.split(/[%*]+/u));

const longestOf = (parts: readonly string[]): string =>
  parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');

/** Whether anybody's attribute can hold it in a form that counts: other values are dropped wherever they are read. */
export const canBeHeld = ({ text }: Address): boolean => isMailbox(text);
