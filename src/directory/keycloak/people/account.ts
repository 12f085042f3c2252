import type { Entry } from '../../directory.ts';
import { ownAddress } from '../../people/spelling.ts';
import type { KeycloakSettings } from '../settings.ts';
import { isMade, madeOf } from './addressfrom.ts';
import type { UserRow } from './rows.ts';
import { bareAddress, normalise } from './written.ts';

/** What decides who a user is in mail. */
export type AccountRules = Pick<
  KeycloakSettings,
  'addressFrom' | 'aliasAttribute' | 'logins' | 'emailVerified'
>;

/** Whether the rules need a user's attributes, which only the full form shows. */
export const needsAttributes = ({ addressFrom, aliasAttribute }: AccountRules): boolean =>
  aliasAttribute !== undefined || !liesInFields(addressFrom);

/** Whether addresses lie in one of a user's own fields; else the name is an attribute's. */
export const isField = (name: string): name is 'email' | 'username' =>
  name === 'email' || name === 'username';

/** Whether the brief form of a user shows what holds the address. */
export const liesInFields = (addressFrom: string): boolean =>
  isField(addressFrom) || isMade(addressFrom);

/** Whether it is a client's account, which Keycloak calls so; it is listed when it is asked for by a field. */
export const isServiceAccount = ({ username }: UserRow): boolean =>
  username.startsWith('service-account-');

/**
 * Whether a user takes part in mail at all. A client's account doesn't, nor does whoever has not shown that the e-mail
 * address is theirs, where that is required.
 */
export function takesPart(user: UserRow, { addressFrom, emailVerified }: AccountRules): boolean {
  if (isServiceAccount(user)) return false;
  return user.emailVerified || emailVerified === 'any' || addressFrom !== 'email';
}

/** What a user is in mail. Without an address of its own, that is empty: others may still hold its aliases. */
export function accountOf(user: UserRow, rules: AccountRules): Entry {
  const [own = '', ...others] = valuesIn(user, rules.addressFrom);
  const aliases =
    rules.aliasAttribute === undefined ? [] : (user.attributes[rules.aliasAttribute] ?? []);
  const logins = rules.logins.map((field) => user[field]).filter((login) => login !== undefined);
  return {
    id: user.id,
    kind: 'account',
    ...ownAddress(bareAddress(own)),
    aliases: [...new Set([...others, ...aliases].map(normalise))],
    logins: [...new Set(logins)],
    members: [],
    enabled: user.enabled,
  };
}

/** What a user shows in the field or attribute `name`, or what is made of the username by it. */
export function valuesIn(user: UserRow, name: string): readonly string[] {
  const value = isField(name) ? user[name] : madeOf(name, user.username);
  if (value !== undefined) return [value];
  return isMade(name) ? [] : (user.attributes[name] ?? []);
}
