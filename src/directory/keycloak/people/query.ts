import { type Address, isMailbox } from '../../../address/address.ts';
import { spellingsOf as allSpellingsOf, type Spellings } from '../../../address/spellings.ts';
import { Fault } from '../../directory.ts';
import type { Query } from '../http/api.ts';
import { isField } from './account.ts';

/** So many users are read of those who hold one address; where there are as many, it is in doubt. */
export const MAX_HOLDERS = 10;

/** Each spelling is a question of its own. */
const MAX_SPELLINGS = 8;

/** How an address may be written in Keycloak, which keeps e-mail addresses and usernames in lower case. */
export const spellingsOf = (address: Address): Spellings => allSpellingsOf(address, MAX_SPELLINGS);

/** The parameters that ask for whoever has `value` in the field or attribute `name`. */
export const holdersQuery = (name: string, value: string): Query =>
  // Without `exact` the value would be a pattern.
  isField(name) ? { [name]: value, exact: true } : { q: attributeQuery(name, value) };

/**
 * The value of `q` that asks for an attribute. It is a small language: a space begins the next condition, and the last
 * one of a name wins, so the value stands in quotes and must hold none.
 * @throws {Fault} where it can't be asked for
 */
export function attributeQuery(name: string, value: string): string {
  if (/["\\\s\p{Cc}]/u.test(value)) {
    throw new Fault('entry', `an address with quotes can't be looked for in the attribute ${name}`);
  }
  return `${name}:"${value}"`;
}

/** Whether anybody's attribute can hold it in a form that counts: other values are dropped wherever they are read. */
export const canBeHeld = ({ text }: Address): boolean => isMailbox(text);
