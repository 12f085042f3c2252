import { fold } from './fold.ts';

/**
 * Letters of the past, of mathematics and of print that fold to common ones: `ſ` to `s`, `ϑ` to `θ`, `µ` to `μ`, `ﬁ` to `fi`,
 * Greek ones with the accent of old. Nearly each address has places for them, and hardly any has one: so nobody is asked
 * for by them. A directory that compares letters is looked through for them now and then, and whoever has one is asked
 * for as written.
 */
export const RARE_LETTERS: readonly string[] = Array.from(
  '\u017f\u0149\u1e9a\u1e9b\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06' +
    '\u00b5\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5\u0345\u1fbe' +
    '\u1f71\u1f73\u1f75\u1f77\u1f79\u1f7b\u1f7d\u1fd3\u1fe3' +
    '\u0340\u0341\u0343\u0344' +
    '\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88',
);

/** The same among capitals, where a server may not know what is small: the signs of Kelvin, Ångström and Ohm, and Greek. */
export const RARE_CAPITALS: readonly string[] = Array.from(
  '\u212a\u212b\u2126\u1fbb\u1fc9\u1fcb\u1fdb\u1feb\u1ff9\u1ffb',
);

const RARE = new Set([...RARE_LETTERS, ...RARE_CAPITALS]);

/** Whether `text` has one of them. */
export const hasRareLetter = (text: string): boolean =>
  Array.from(text).some((each) => RARE.has(each));

/**
 * Ways to write the folded `text` with one of them, in one place and in all: for those who can ask for many at no cost.
 * @param most at most so many
 */
export function withRareLetters(text: string, most: number): readonly string[] {
  const found = new Set<string>();
  for (const [letter, common] of COMMON) {
    const parts = text.split(common);
    if (parts.length < 2) continue;
    found.add(parts.join(letter));
    for (let i = 1; i < parts.length && found.size < most; i++)
      found.add(parts.slice(0, i).join(common) + letter + parts.slice(i).join(common));
    if (found.size >= most) break;
  }
  return [...found].slice(0, most);
}

const COMMON = RARE_LETTERS.map((letter) => [letter, fold(letter)] as const);

/** Signs that stand twice in Unicode, which makes the first of the second: `;` of the Greek question mark. */
export const SIGN_DOUBLES: ReadonlyMap<string, string> = new Map([
  ['`', '\u1fef'],
  [';', '\u037e'],
  ['\u00b4', '\u1ffd'],
  ['\u00b7', '\u0387'],
  ['\u02b9', '\u0374'],
  ['\u0385', '\u1fee'],
  ['\u2002', '\u2000'],
  ['\u2003', '\u2001'],
  ['\u3008', '\u2329'],
  ['\u3009', '\u232a'],
]);

/** Signs of mathematics and music that are made of several others, in an order: in an address they are nobody's name. */
const DOUBLED = new Set(Array.from('\u2add\u{1d157}\u{1d158}\u{1d1b9}\u{1d1ba}'));

/** Whether the folded `local` may be stored with a character that is neither asked nor looked for. */
export const hasDoubledSign = (local: string): boolean =>
  Array.from(local.normalize('NFC')).some((each) => DOUBLED.has(each));

/** Letters of which Unicode makes others whenever it normalises: keyboards still write them. By what becomes of them. */
const doublesIn = (...ranges: readonly (readonly [number, number])[]) => {
  const doubles = new Map<string, readonly string[]>();
  for (const [first, last] of ranges) {
    for (let code = first; code <= last; code++) {
      const letter = String.fromCodePoint(code);
      const folded = fold(letter);
      if (folded === letter || letter !== letter.toLowerCase()) continue;
      if (letter.normalize('NFC') !== folded) continue;
      doubles.set(folded, [...(doubles.get(folded) ?? []), letter]);
    }
  }
  return doubles;
};

/** Hindi's क़, Hebrew's שׁ: one keyboard writes all of a name so, or none. */
export const findKeyboardDoubles = (): readonly (readonly string[])[] =>
  [[0x0958, 0x0fb9] as const, [0xfb1d, 0xfb4e] as const].map((range) =>
    doublesIn(range)
      .values()
      .flatMap((letters) => letters.slice(0, 1))
      .toArray(),
  );

/** Ideographs that stand twice in Unicode, for Korea's and Japan's older sets had them twice. */
export const findIdeographs = (): ReadonlyMap<string, readonly string[]> =>
  doublesIn([0xf900, 0xfaff], [0x2f800, 0x2fa1d]);
