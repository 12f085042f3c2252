import { domainToUnicode } from 'node:url';
import { type Address, parseAddress } from './address.ts';
import { FURTHER, fold } from './fold.ts';
import {
  findIdeographs,
  findKeyboardDoubles,
  hasDoubledSign,
  hasRareLetter,
  SIGN_DOUBLES,
  withRareLetters,
} from './rare.ts';

/** How an address may be written where it is stored. */
export interface Spellings {
  /** In lower case, the address as we compare it first, the unlikely ones last. */
  readonly texts: readonly string[];
  /** Whether that is all. Else nobody is known to be absent whom they do not find. */
  readonly areAll: boolean;
}

/**
 * Lists how `address`, which is folded, may be written in a directory that compares letters: case is left to the server,
 * which folds that one letter to another and no further. Asked are the spellings of people's names and of programs:
 *
 * - a domain in A-labels and in U-labels
 * - `ß` for each `ss`, and the doubles of ideographs, one by one
 * - all at once: `ς` at the ends of words and `և`; ligatures, as text copied from a PDF has them; an iota below; the lower
 *   case of Cherokee; letters and their marks apart (NFD), or together where Unicode never puts them so (Hindi's `क़`); signs
 *   that stand twice (`;`)
 *
 * Not asked are letters of the past and of mathematics that fold to common ones (`ſ`, `ϑ`, `ŉ`), for each name has an
 * `s`: whoever compares letters looks for those that are stored (`RARE_LETTERS`). Signs of music are
 * neither asked nor looked for, so nobody is denied who has one.
 *
 * @param most at most so many are listed: a stranger's `sssssssssssss@` has hundreds
 */
export function spellingsOf({ text: folded, local, domain }: Address, most = 16): Spellings {
  if (PLAIN.test(folded)) return { texts: [folded], areAll: true };
  const locals = withDoubles(withSharpS(local, most + 1), most + 1);
  const names = namesOf(domain);
  const whole = locals.flatMap((text) => names.map((name) => `${text}@${name}`));
  const styled = [...new Set(styles().flatMap((style) => whole.map(style)))];
  const texts = new Set([...styled, ...styled.map((text) => text.normalize('NFD'))]);
  return {
    texts: [...texts].slice(0, most),
    areAll: texts.size <= most && !hasDoubledSign(local),
  };
}

/** Spellings that hardly anybody has, for those who can ask for many at once (LDAP: one search). They are not all. */
export const rareSpellings = ({ local, domain }: Address, most = 16): readonly string[] =>
  withRareLetters(local, most).map((text) => `${text}@${domain}`);

/** What nobody writes with other letters than these, nearly every address. */
const PLAIN = /^(?!.*(?:(?:ss|f[fil]).*@|@.*xn--))[a-z0-9.!#$&'*+/=?^_{|}~%"@ -]+$/;

/** The local parts among an address's spellings, for where the domain stands elsewhere. */
export const localSpellings = (address: Address): readonly string[] =>
  spellingsOf(address)
    .texts.filter((text) => text.endsWith(`@${address.domain}`))
    .map((text) => text.slice(0, -address.domain.length - 1));

/** Whether an address that is stored as `text` is found when it is asked for, by a server that leaves case aside. */
export function isAskedFor(text: string): boolean {
  const address = parseAddress(text);
  return address === undefined || spellingsOf(address).texts.includes(text.toLowerCase());
}

/** Whether it is found, or is looked for because it has letters that nobody is asked for by. */
export const isFindable = (text: string): boolean => isAskedFor(text) || hasRareLetter(text);

/** With capitals that servers do not take for the small letter: OpenLDAP, 389-DS and Samba know neither `ẞ` nor `İ`. */
export const withCapitals = (texts: readonly string[]): readonly string[] => [
  ...new Set([
    ...texts,
    ...texts.map((text) => text.replaceAll('ß', 'ẞ').replaceAll('i\u0307', 'İ')),
  ]),
];

/** An address as the loosest server compares it: Active Directory takes ü for u, MariaDB ß for s. */
export const loosely = (address: string): string =>
  fold(address.normalize('NFKD').replaceAll(/[\p{M}\s]/gu, '')).replaceAll('ss', 's');

/** A domain in A-labels, as we keep it, and as people write it. */
function namesOf(domain: string): readonly string[] {
  if (!domain.includes('xn--')) return [domain];
  const unicode = domainToUnicode(domain);
  return unicode === '' || unicode === domain ? [domain] : [domain, unicode];
}

/** `text` with some of its `ss` as `ß`, itself first, up to `most` in all. */
function withSharpS(text: string, most: number): readonly string[] {
  let found: readonly string[] = [text];
  for (
    let at = text.indexOf('ss');
    at !== -1 && found.length < most;
    at = text.indexOf('ss', at + 1)
  ) {
    const rest = text.slice(at + 2);
    const end = text.length - at;
    // Those that end as `text` does from here on have this `ss` still.
    const more = found
      .filter((each) => each.endsWith(text.slice(at)))
      .map((each) => `${each.slice(0, each.length - end)}ß${rest}`);
    found = [...found, ...more].slice(0, most);
  }
  return found;
}

/** `texts` with some of their ideographs as the doubles of these, up to `most` in all. */
function withDoubles(texts: readonly string[], most: number): readonly string[] {
  if (!texts.some((text) => IDEOGRAPH.test(text))) return texts;
  return texts
    .flatMap((text) =>
      Array.from(text).reduce(
        (begun: readonly string[], letter) =>
          [letter, ...(ideographs().get(letter) ?? [])]
            .flatMap((either) => begun.map((start) => start + either))
            .slice(0, most),
        [''],
      ),
    )
    .slice(0, most);
}

const IDEOGRAPH = /\p{Script=Han}/u;

/** Puts letters in the place of all that folds to them, the longest first. */
function unfolding(letters: readonly string[]): (text: string) => string {
  const byFolded = new Map(letters.map((letter) => [fold(letter), letter]));
  const longestFirst = [...byFolded.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.join('|'), 'gu');
  return (text) => text.replaceAll(pattern, (folded) => byFolded.get(folded) ?? folded);
}

const isIn = (first: number, last: number) => (letter: string) =>
  (letter.codePointAt(0) ?? 0) >= first && (letter.codePointAt(0) ?? 0) <= last;

const FURTHER_LETTERS = [...FURTHER.keys()];
const properly = unfolding(['և']);

const SIGNS = new RegExp(`[${[...SIGN_DOUBLES.keys()].join('')}]`, 'gu');

/** Makes a value when it is first asked for: what all Unicode is looked through for takes a start 10 ms, and few addresses ask. */
function whenAsked<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const ideographs = whenAsked(findIdeographs);

const styles = whenAsked((): readonly ((text: string) => string)[] => [
  (text) => text,
  (text) => properly(text).replaceAll(/(?<=\p{L}\p{M}*)σ(?!\p{M}*\p{L})/gu, 'ς'),
  unfolding(FURTHER_LETTERS.filter(isIn(0xfb00, 0xfb04))),
  unfolding(FURTHER_LETTERS.filter(isIn(0xfb13, 0xfb17))),
  unfolding(FURTHER_LETTERS.filter(isIn(0x1f80, 0x1fff))),
  unfolding(
    FURTHER_LETTERS.filter(
      (letter) => isIn(0x13f8, 0x13fd)(letter) || isIn(0xab70, 0xabbf)(letter),
    ),
  ),
  ...findKeyboardDoubles().map(unfolding),
  (text) => text.replaceAll(SIGNS, (sign) => SIGN_DOUBLES.get(sign) ?? sign),
]);
