/**
 * Folds text as Postfix folds what it looks up (`util/casefold.c`): ICU's full case folding, Unicode's CaseFolding C and
 * F, between two NFC, so that both ways to write `ü` are one. Idempotent.
 *
 * It is JavaScript's lower case, letter by letter, and `FURTHER`. A Unicode version adds pairs of letters and changes
 * none: those that Node's ICU knows (78 in Node 24, Unicode 17) and Postfix's does not yet (Debian 12: ICU 72, Unicode
 * 15; Debian 13: ICU 76, Unicode 16) are asked unfolded, and folded here. So Node's must not be the older one.
 */
export const fold = (text: string): string =>
  BEYOND_ASCII.test(text)
    ? text
        .normalize('NFC')
        .toLowerCase()
        .replaceAll(FURTHER_LETTERS, (letter) => FURTHER.get(letter) ?? letter)
        .normalize('NFC')
    : text.toLowerCase();

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Whether two texts are the same to Postfix. */
export const foldsAlike = (one: string, other: string): boolean =>
  one === other || fold(one) === fold(other);

/** `letters` with what each folds to, one after the other. */
const each = (letters: string, folded: string): readonly (readonly [string, string])[] => {
  const words = folded.split(' ');
  return Array.from(letters, (letter, i) => [letter, words[i] ?? letter]);
};

/** The lower case of a script whose upper case is the older one, to which it folds. */
const CHEROKEE = [...range(0xab70, 0xabbf, 0x13a0), ...range(0x13f8, 0x13fd, 0x13f0)];

/** Greek letters with an iota below, which folds to a letter of its own. */
const WITH_IOTA = range(0x1f80, 0x1ffc, 0x1f80)
  .map(([letter]) => letter.toLowerCase())
  .filter((letter) => letter.normalize('NFD').includes('\u0345'))
  .map((letter) => {
    const bare = letter.normalize('NFD').replace('\u0345', '').normalize('NFC');
    return [letter, `${bare}ι`] as const;
  });

/**
 * What lower-case letters fold to where that is not the letter itself. Left out are those that fold to the same letter
 * in two parts, such as `ǰ`: NFC puts it together again.
 * @see https://www.unicode.org/Public/17.0.0/ucd/CaseFolding.txt
 */
export const FURTHER: ReadonlyMap<string, string> = new Map([
  ...each('ßſŉẚẛ', 'ss s ʼn aʾ ṡ'),
  ...each('\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06', 'ff fi fl ffi ffl st st'),
  ...each('ς\u00b5ϐϑϕϖϰϱϵ\u0345', 'σ μ β θ φ π κ ρ ε ι'),
  ...each('և\ufb13\ufb14\ufb15\ufb16\ufb17', 'եւ մն մե մի վն մխ'),
  ...each('\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88', 'в д о с т т ъ ѣ ꙋ'),
  ...WITH_IOTA,
  ...CHEROKEE,
]);

const FURTHER_LETTERS = new RegExp(`[${[...FURTHER.keys()].join('')}]`, 'gu');

/** The code points from `first` to `last`, each with that as far behind `target`. */
function range(
  first: number,
  last: number,
  target: number,
): readonly (readonly [string, string])[] {
  return Array.from({ length: last - first + 1 }, (_, i) => [
    String.fromCodePoint(first + i),
    String.fromCodePoint(target + i),
  ]);
}
