import { normaliseAddress, parseDomain } from '../../../address/address.ts';

/** Whom a notification names; `everybody`: it names nobody that can be read, so it may be anybody. */
export type Named =
  | 'everybody'
  | { readonly addresses: readonly string[]; readonly domains: readonly string[] };

/** PostgreSQL's own limit is 8000 bytes; what claims to be more is not looked at. */
const MAX_LENGTH = 8000;

/**
 * Reads a notification's payload: addresses (`ann@example.org`), and domains for all that is at them (`@example.org`,
 * `example.org`), with commas or blanks between them. Anything else is `everybody`: `*`, nothing, and what can't be read.
 */
export function readPayload(payload: string): Named {
  if (payload.length > MAX_LENGTH) return 'everybody';
  const addresses: string[] = [];
  const domains: string[] = [];
  for (const text of payload.split(/[\s,]+/u).filter((part) => part !== '')) {
    const address = normaliseAddress(text);
    // A bare word is more likely a word: all.
    const domain = /^@|\./.test(text) ? parseDomain(text.replace(/^@/, '')) : undefined;
    if (address !== undefined) addresses.push(address);
    else if (domain !== undefined) domains.push(domain);
    else return 'everybody';
  }
  return addresses.length + domains.length === 0 ? 'everybody' : { addresses, domains };
}
