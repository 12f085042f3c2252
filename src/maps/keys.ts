import { isIP } from 'node:net';
import {
  type Address,
  foldKey,
  MAX_ADDRESS_BYTES,
  parseAddress,
  splitExtension,
} from '../address/address.ts';

/** How a table's keys are derived from what Postfix asks: a socketmap gets the full key only. */
export const KEY_MODES = ['exact', 'address', 'recipient', 'virtual', 'domain', 'host'] as const;
export type KeyMode = (typeof KEY_MODES)[number];

/**
 * Lists what a table is asked for `key`, in order. Normalised; empty for what can't be a key (control characters, over
 * 320 bytes).
 *
 * - `exact`: the key.
 * - `address`, as access(5) and virtual(5) in one: user+ext@domain, user@domain, domain, its parents, user+ext@, user@, @domain.
 * - `recipient`, as virtual_mailbox_maps and other maps of addresses: user+ext@domain, user@domain, @domain.
 * - `virtual`, as virtual(5) and canonical(5): the same.
 * - `domain`, as transport(5): user+ext@domain, user@domain, domain, .parent, .tld.
 * - `host`, as access(5): the name and its parents; an IP address and its networks (`192.0.2`, `2001:db8`).
 */
export function deriveKeys(key: string, mode: KeyMode, delimiters: string): readonly string[] {
  if (isUnusable(key)) return [];
  const address = parseAddress(key);
  return DERIVE[mode]({ key, whole: foldKey(key), ...(address && { address }), delimiters });
}

interface Asked {
  readonly key: string;
  /** The key, folded. */
  readonly whole: string;
  /** Absent where the key is none. */
  readonly address?: Address;
  readonly delimiters: string;
}

const DERIVE: Readonly<Record<KeyMode, (asked: Asked) => readonly string[]>> = {
  exact: ({ whole }) => [whole],
  host: ({ key, whole }) => (isIP(key) === 0 ? withParents(whole, '') : networks(key)),
  domain: ({ whole, address, delimiters }) => [
    ...people(address, delimiters),
    ...withParents(address?.domain ?? whole, '.'),
  ],
  recipient: recipientKeys,
  virtual: recipientKeys,
  address: ({ whole, address, delimiters }) =>
    address === undefined ? withParents(whole, '') : accessKeys(address, delimiters),
};

function recipientKeys({ whole, address, delimiters }: Asked): readonly string[] {
  return address === undefined ? [whole] : [...people(address, delimiters), `@${address.domain}`];
}

const isUnusable = (key: string): boolean =>
  Buffer.byteLength(key) > MAX_ADDRESS_BYTES || /[\p{Cc}\ufffd]/u.test(key);

function accessKeys(address: Address, delimiters: string): readonly string[] {
  const { domain } = address;
  const whole = people(address, delimiters);
  const locals = whole.map((person) => person.slice(0, -domain.length));
  return [...whole, ...withParents(domain, ''), ...locals, `@${domain}`];
}

/** The address with its extension and without; nothing where the key is no address. */
function people(address: Address | undefined, delimiters: string): readonly string[] {
  if (address === undefined) return [];
  const { text, local, domain } = address;
  const split = splitExtension(local, delimiters);
  return split === undefined ? [text] : [text, `${split[0]}@${domain}`];
}

/** A name and its parents, each parent behind `mark`. */
function withParents(name: string, mark: string): readonly string[] {
  const keys = [name];
  // What only looks like an address (ann@[192.0.2.1]) has no parents.
  if (name.includes('@')) return keys;
  for (let dot = name.indexOf('.', 1); dot !== -1; dot = name.indexOf('.', dot + 1))
    keys.push(`${mark}${name.slice(dot + 1)}`);
  return keys;
}

/** An IP address as written and the networks it lies in, shortened label by label. */
function networks(ip: string): readonly string[] {
  const mark = isIP(ip) === 4 ? '.' : ':';
  const keys = [ip.toLowerCase()];
  for (let end = ip.lastIndexOf(mark); end > 0; end = ip.lastIndexOf(mark, end - 1))
    keys.push(ip.slice(0, end).toLowerCase());
  return keys;
}
