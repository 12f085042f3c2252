import { parseAddress } from '../../address/address.ts';

/** An address as Postfix logs it; what stands in quotes may hold a bracket. */
const FIELD = /\b(?:to|orig_to|from)=<(?<address>(?:"(?:[^"\\]|\\.)*"|[^">])*)>/g;

/** `NOQUEUE: reject: RCPT from host[address]: 550 5.1.1 <ann@example.org>: Recipient address rejected` */
const REJECTED =
  /\breject(?:_warning)?: (?:RCPT|MAIL|DATA|VRFY) from \S+: [245]\d\d(?: [245]\.\d+\.\d+)? <(?<address>(?:"(?:[^"\\]|\\.)*"|[^">])*)>:/;

/** Finds the addresses in a line of mail.log: recipients, what they were before an alias, and senders. */
export function addressesIn(line: string): readonly string[] {
  const fields = [...line.matchAll(FIELD)].map(({ groups }) => groups?.['address'] ?? '');
  const rejected = REJECTED.exec(line)?.groups?.['address'];
  const all = new Set(rejected === undefined ? fields : [rejected, ...fields]);
  // The null sender, local names, and what a stranger wrote that is no address.
  return [...all].filter((address) => parseAddress(address) !== undefined);
}
