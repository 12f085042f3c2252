import type { Address } from '../../../address/address.ts';

/** `{username}@example.org`: addresses that are made of usernames, as `addressFrom` says it. */
const MADE = /^\{username\}@(?<domain>.+)$/u;

/** Whether addresses are made of usernames. */
export const isMade = (addressFrom: string): boolean => MADE.test(addressFrom);

/** The address that is made of a username; absent where none is made of it, or of none. */
export function madeOf(addressFrom: string, username: string): string | undefined {
  const domain = MADE.exec(addressFrom)?.groups?.['domain'];
  // Who has an address as username has another domain, and must not be found in this one.
  return domain === undefined || username.includes('@') ? undefined : `${username}@${domain}`;
}

/** What has to be a username for `spelling`, one of those of `address`, to be made of it; absent where none can. */
export function usernameIn(
  addressFrom: string,
  spelling: string,
  address: Address,
): string | undefined {
  const isOurs = MADE.exec(addressFrom)?.groups?.['domain'] === address.domain;
  const local = spelling.slice(0, spelling.lastIndexOf('@'));
  return isOurs && !local.includes('@') ? local : undefined;
}
