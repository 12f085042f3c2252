import { type Address, parseAddress } from '../../address/address.ts';
import { fold } from '../../address/fold.ts';
import { type Spellings, spellingsOf, withCapitals } from '../../address/spellings.ts';

/**
 * How an address may be stored in a database that compares letters, or only some of them without case: `İ` is a letter of
 * its own to some, and their `lower()` makes an `i` of it. Rows that were found for the likes of it are compared afterwards.
 */
export function spelled(address: Address): Spellings {
  const { texts, areAll } = spellingsOf(address);
  const isPlain = texts.length === 1 && !ODD.test(address.text);
  // Nearly every one.
  if (isPlain) return { texts, areAll };
  const all = new Set(withCapitals(texts));
  for (const text of texts) all.add(text.replaceAll(/ff[il]?|f[il]/gu, ligatureOf));
  for (const text of texts) all.add(text.replaceAll('i\u0307', 'i'));
  return { texts: [...all].slice(0, MOST), areAll: areAll && all.size <= MOST };
}

/** What lower case makes of `İ`, and what a text that was copied out of a PDF has as one letter. */
const ODD = /i\u0307|ff|fi|fl/u;

const LIGATURES = new Map(['ﬀ', 'ﬁ', 'ﬂ', 'ﬃ', 'ﬄ'].map((letter) => [fold(letter), letter]));

const ligatureOf = (letters: string): string => LIGATURES.get(letters) ?? letters;

const MOST = 24;

/** The keys by which a table is asked for a key: an address in all its spellings, as it was asked for first. */
export function spelledKeys(key: string): Spellings {
  const address = parseAddress(key);
  if (address === undefined) return { texts: [key], areAll: true };
  const { texts, areAll } = spelled(address);
  return { texts: [...new Set([key, ...texts])], areAll };
}
