import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Address, parseAddress } from '../../src/address/address.ts';
import { fold } from '../../src/address/fold.ts';
import {
  isAskedFor,
  isFindable,
  localSpellings,
  loosely,
  rareSpellings,
  spellingsOf,
  withCapitals,
} from '../../src/address/spellings.ts';

const addressOf = (text: string): Address => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
};

test.each([
  'ann@example.org',
  'mike.sikorsky@example.org',
  'istanbul+news@example.org',
  'kate.smith@example.org',
  '"ann b"@example.org',
])('a plain address is asked for once: %s', (text) => {
  expect(spellingsOf(addressOf(text))).toEqual({ texts: [text], areAll: true });
});

test.each([
  ['strauß@example.org', 'strauss@example.org'],
  ['meßstelle@example.org', 'messstelle@example.org'],
  ['mesßtelle@example.org', 'messstelle@example.org'],
  ['groß-hesse@example.org', 'gross-hesse@example.org'],
  ['γιώργος.νίκος@example.gr', 'γιώργοσ.νίκοσ@example.gr'],
  ['σσσ@example.gr', 'σσσ@example.gr'],
  ['և@example.org', 'եւ@example.org'],
  ['\u0958\u0932\u092e@example.org', '\u0915\u093c\u0932\u092e@example.org'],
  ['\ufb2a\ufb4b@example.org', '\u05e9\u05c1\u05d5\u05b9@example.org'],
  ['\uf90a\u6b63@example.org', '\u91d1\u6b63@example.org'],
  ['\ufb13\ufb14@example.org', 'մնմե@example.org'],
  ['ᾀβ@example.gr', 'ἀιβ@example.gr'],
  ['ꭰᏸ@example.org', 'ᎠᏰ@example.org'],
  ['ju\u0308rgen@example.org', 'jürgen@example.org'],
  ['info@bücher.example', 'info@xn--bcher-kva.example'],
  ['strauß@straße.example', 'strauss@xn--strae-oqa.example'],
])('%s is among the spellings of %s', (written, asked) => {
  expect(addressOf(written).text).toBe(asked);
  expect(spellingsOf(addressOf(asked)).texts).toContain(written);
  expect(isAskedFor(written)).toBe(true);
});

test('all spellings are the same address, the folded one first, and none stands twice', () => {
  const letters = fc.constantFrom('s', 'ss', 'σ', 'ι', 'α', 'f', 'i', 'եւ', 'Ꭰ', '.', 'ü', 'x');
  const domain = fc.constantFrom('example.org', 'bücher.example', 'straße.example');
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 9 }), domain, (all, place) => {
      const address = addressOf(`${all.join('')}@${place}`);
      const { texts } = spellingsOf(address, 32);
      expect(texts[0]).toBe(address.text);
      expect(new Set(texts.map((text) => parseAddress(text)?.text))).toEqual(
        new Set([address.text]),
      );
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts.length).toBeLessThanOrEqual(32);
    }),
  );
});

test('every way to write some ss as ß is asked, or it is told that not all are', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(?:ss|ß|s|x){1,8}$/), (local) => {
      const address = addressOf(`${local}@example.org`);
      const { texts, areAll } = spellingsOf(address);
      expect(!areAll || texts.includes(`${local}@example.org`)).toBe(true);
    }),
  );
});

test.each([
  ['sssssssssssssssssssss@example.org', 16],
  ['ss.ss.ss.ss@example.org', 8],
])('of %s no more than %d are asked, and it is told that these are not all', (text, most) => {
  const { texts, areAll } = spellingsOf(addressOf(text), most);
  expect(texts).toHaveLength(most);
  expect(areAll).toBe(false);
});

test('local parts are spelled alone where the domain stands elsewhere', () => {
  expect(localSpellings(addressOf('strauß@bücher.example'))).toEqual(['strauss', 'strauß']);
});

test('capitals that servers do not know are added', () => {
  expect(withCapitals(['strauss@x.org', 'strauß@x.org'])).toEqual([
    'strauss@x.org',
    'strauß@x.org',
    'strauẞ@x.org',
  ]);
  expect(withCapitals(['i\u0307nci@x.org'])).toEqual(['i\u0307nci@x.org', 'İnci@x.org']);
});

test.each(['\u017fmith@example.org', 'ϑeo@example.gr', '\u0149a@example.org', '\ufb06efan@x.org'])(
  'what hardly anybody writes is not asked, but looked for: %s',
  (text) => {
    expect(isAskedFor(text)).toBe(false);
    expect(isFindable(text)).toBe(true);
  },
);

/** All characters that fold to others, planes and scripts without any left out. */
const FOLDING = [
  [0x80, 0x2fff],
  [0xa000, 0xabff],
  [0xf900, 0xffff],
  [0x10400, 0x10fff],
  [0x1d100, 0x1d1ff],
  [0x2f800, 0x2fa1f],
].flatMap(([first = 0, last = 0]) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).filter(
    (letter) => fold(letter) !== letter,
  ),
);

test.each([
  ['first', (letter: string) => `${letter}a@example.org`],
  ['last', (letter: string) => `a${letter}@example.org`],
  ['within', (letter: string) => `a${letter}a@example.org`],
])(
  'of every character that folds to another and stands %s in an address, it is asked for, looked for, or told that it may be there',
  (_, write) => {
    const denied = FOLDING.map(write).filter((text) => {
      const address = parseAddress(text);
      return address !== undefined && !isFindable(text) && spellingsOf(address).areAll;
    });
    // No word has a final sigma but at its end.
    expect(denied.filter((text) => !text.includes('ς'))).toEqual([]);
  },
);

test('of two ideographs that stand twice, all ways are asked, of many it is told that not all are', () => {
  expect(spellingsOf(addressOf('\u91d1\u6a02@x.org')).texts).toHaveLength(8);
  const many = spellingsOf(addressOf(`${'\u91d1'.repeat(8)}@x.org`));
  expect(many).toMatchObject({ areAll: false });
  expect(many.texts).toHaveLength(16);
});

test('rare letters are put in one place and in all, so many at most', () => {
  expect(rareSpellings(addressOf('mask@x.org'))).toEqual(['ma\u017fk@x.org']);
  expect(rareSpellings(addressOf('sos@x.org'))).toEqual([
    '\u017fo\u017f@x.org',
    '\u017fos@x.org',
    'so\u017f@x.org',
  ]);
  expect(rareSpellings(addressOf(`${'s'.repeat(60)}@x.org`))).toHaveLength(16);
  expect(rareSpellings(addressOf('ann@x.org'))).toEqual([]);
});

test('all that rare letters are put in means the same address', () => {
  const letters = fc.constantFrom('s', 't', 'f', 'i', 'l', 'θ', 'μ', 'ά', 'в', 'x');
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 9 }), (all) => {
      const address = addressOf(`${all.join('')}@example.org`);
      for (const text of rareSpellings(address)) {
        expect(parseAddress(text)?.text).toBe(address.text);
        expect(isFindable(text)).toBe(true);
      }
    }),
  );
});

test.each(['Jürgen@Example.ORG', 'STRAUSS@example.org', 'no address', 'ann@BÜCHER.example'])(
  'what differs in case only is asked: %s',
  (text) => {
    expect(isAskedFor(text)).toBe(true);
  },
);

test.each([
  ['müller@x.org', 'muller@x.org'],
  ['strauß@x.org', 'straus@x.org'],
  ['a b@x.org', 'ab@x.org'],
  ['Ａnn@x.org', 'ann@x.org'],
])('the loosest server takes %s for %s', (one, other) => {
  expect(loosely(one)).toBe(loosely(other));
});
