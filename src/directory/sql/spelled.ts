import { type Address, parseAddress } from '../../address/address.ts';
import { type Spellings, spellingsOf, withCapitals } from '../../address/spellings.ts';

/**
 * How an address may be stored in a database that compares letters, or only some of them without case: `İ` is a letter of
 * its own to some, and their `lower()` makes an `i` of it. Rows that were found for the likes of it are compared afterwards.
 */
export function spelled(address: Address): Spellings {
  const { texts, areAll } = spellingsOf(address);
  // Nearly every one.
  if (texts.length === 1 && !address.text.includes('i\u0307')) return { texts, areAll };
  const all = new Set(withCapitals(texts));
  for (const text of texts) all.add(text.replaceAll('i\u0307', 'i'));
  return { texts: [...all].slice(0, MOST), areAll: areAll && all.size <= MOST };
}

const MOST = 24;

/** The keys by which a table is asked for a key: an address in all its spellings, as it was asked for first. */
export function spelledKeys(key: string): Spellings {
  const address = parseAddress(key);
  if (address === undefined) return { texts: [key], areAll: true };
  const { texts, areAll } = spelled(address);
  return { texts: [...new Set([key, ...texts])], areAll };
}
