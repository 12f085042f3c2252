import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/address/address.ts';
import { FURTHER, fold, foldsAlike } from '../../src/address/fold.ts';

test.each([
  ['strauß', 'strauss'],
  ['STRAUẞ', 'strauss'],
  ['ΓΙΏΡΓΟΣ', 'γιώργοσ'],
  ['γιώργος', 'γιώργοσ'],
  ['İnci', 'i\u0307nci'],
  ['ISIL', 'isil'],
  ['kılıç', 'kılıç'],
  ['o\ufb03ce', 'office'],
  ['\u212aate', 'kate'],
  ['\u017fmith', 'smith'],
  ['\u00b5', 'μ'],
  ['ᾳ', 'αι'],
  ['ᾈ', 'ἀι'],
  ['և', 'եւ'],
  ['ꭰ', 'Ꭰ'],
  ['Ꭰ', 'Ꭰ'],
  ['ǰ', 'ǰ'],
  ['j\u030c', 'ǰ'],
  ['ju\u0308rgen', 'jürgen'],
])('folds %s to %s', (text, folded) => {
  expect(fold(text)).toBe(folded);
});

/** All code points that can stand in text. */
const codePoints = Array.from({ length: 0x110000 }, (_, i) => i)
  .filter((i) => i < 0xd800 || i > 0xdfff)
  .map((i) => String.fromCodePoint(i));

test('folds every code point to what folds no further, in any of its normal forms', () => {
  const wrong = codePoints.filter((text) => {
    const folded = fold(text);
    return fold(folded) !== folded || fold(text.normalize('NFD')) !== folded;
  });
  expect(wrong).toEqual([]);
});

test('folds letters alike that ICU takes for one, and their capitals', () => {
  const wrong = codePoints.filter((text) => {
    const folded = fold(text);
    if (!foldsAlike(text, text.toUpperCase()) && text !== 'ı') return true;
    // A regular expression folds letter by letter, so it can't tell of what folds to two.
    if (Array.from(folded).length > 1 || text !== text.normalize('NFC')) return false;
    return text !== folded && !new RegExp(`^[${folded}]$`, 'iu').test(text);
  });
  expect(wrong).toEqual([]);
});

test('leaves nothing folded that holds a letter which folds further', () => {
  const letters = fc.constantFrom(...FURTHER.keys(), 's', 'σ', 'İ', '\u0301', '\u0323', '\u0308');
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 6 }), (all) => {
      const folded = fold(all.join(''));
      expect(fold(folded)).toBe(folded);
    }),
  );
});

test('folds an address as its parts, and leaves the domain to UTS 46', () => {
  expect(parseAddress('Strauß@STRASSE.example')?.text).toBe('strauss@strasse.example');
  expect(parseAddress('Strauß@Straße.example')?.text).toBe('strauss@xn--strae-oqa.example');
});
