import { type Address, isMailbox } from '../../../address/address.ts';
import { spellingsOf as allSpellingsOf, type Spellings } from '../../../address/spellings.ts';
import type { Query } from '../http/api.ts';
import { isField } from './account.ts';

/** So many users are read of those who hold one address; where there are as many, it is in doubt. */
export const MAX_HOLDERS = 10;

/** Each spelling is a question of its own. */
const MAX_SPELLINGS = 8;

/** How an address may be written in Keycloak, which keeps e-mail addresses and usernames in lower case. */
export const spellingsOf = (address: Address): Spellings => allSpellingsOf(address, MAX_SPELLINGS);

/** The questions that show who has a value in a field or attribute, and that nobody has. */
export interface HolderQueries {
  /** Whoever has just this. */
  readonly list: Query;
  /** What is counted where that shows nobody: at least as many as have it. */
  readonly count: Query;
  /** Whoever has something that contains `part`, which is of the value, in whatever spelling. */
  readonly loose: Query;
  readonly part: string;
  /** Whether it is longer than what Keycloak searches for parts: the list is read once more after the count. */
  readonly isLong: boolean;
  /** Those of the loose ones that may mean the same: they are counted where all are too many to be looked at. */
  readonly narrow: readonly Query[];
}

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
    return { list, count: list, loose: { [name]: value }, part: value, isLong: false, narrow: [] };
  }
  const loosely = (text: string): Query => ({ q: attributeQuery(name, text), exact: false });
  const part = patternless(askable(value)).slice(0, SEARCHED);
  const loose = loosely(part);
  return {
    list: askable(value) === value ? { q: attributeQuery(name, value) } : loose,
    count: loose,
    loose,
    part,
    isLong: value.length > SEARCHED,
    narrow: AROUND.map((write) => loosely(write(part))),
  };
}

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
