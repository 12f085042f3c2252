import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Address, parseAddress } from '../../src/address/address.ts';
import {
  isAskedFor,
  localSpellings,
  loosely,
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
  'kate.smith@example.org',
  'mike.sikorsky@example.org',
  'istanbul+news@example.org',
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
  ['o\ufb03ce.\ufb01nance@example.org', 'office.finance@example.org'],
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

test.each(['\u017fmith@example.org', 'ϑeo@example.gr', '\u0149a@example.org'])(
  'what nobody writes is not asked, and told: %s',
  (text) => {
    expect(isAskedFor(text)).toBe(false);
  },
);

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
