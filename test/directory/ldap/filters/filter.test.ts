import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../../src/directory/ldap/filters/filter.ts';
import { templateKey } from '../../../../src/directory/templates/template.ts';
import { type Decoded, decode } from '../ber.ts';

/** What a server reads of a filter for a key. */
function read(text: string, key = 'ann@mail.example.org'): Decoded | undefined {
  const filter = parseFilter(text).bind(templateKey(key));
  return filter && decode(filter);
}

describe('reads', () => {
  const A = ['=', 'a', '1'];
  const B = ['=', 'b', '2'];
  test.each<[string, Decoded]>([
    ['(a=1)', A],
    ['a=1', A],
    [' \n a=1 \n', A],
    ['(&(a=1)(b=2))', ['and', A, B]],
    ['(|(a=1)(!(b=2)))', ['or', A, ['not', B]]],
    ['( & \n (a=1)\t( | (b=2) ) \n)', ['and', A, ['or', B]]],
    ['(&)', ['and']],
    ['(|)', ['or']],
    ['(a=*)', ['present', 'a']],
    ['(a=**)', ['present', 'a']],
    ['(a=)', ['=', 'a', '']],
    ['(a= 1 )', ['=', 'a', ' 1 ']],
    ['(a>=1)', ['>=', 'a', '1']],
    ['(a<=1)', ['<=', 'a', '1']],
    ['(a~=1)', ['~=', 'a', '1']],
    ['(2.5.4.3=1)', ['=', '2.5.4.3', '1']],
    ['(cn;lang-en;x-a=1)', ['=', 'cn;lang-en;x-a', '1']],
    ['(my_attr=1)', ['=', 'my_attr', '1']],
    ['(a=x=y:=z)', ['=', 'a', 'x=y:=z']],
    ['(a=i*)', ['substrings', 'a', ['pieces', ['initial', 'i']]]],
    ['(a=*f)', ['substrings', 'a', ['pieces', ['final', 'f']]]],
    ['(a=*m*)', ['substrings', 'a', ['pieces', ['any', 'm']]]],
    [
      '(a=i*m**n*f)',
      ['substrings', 'a', ['pieces', ['initial', 'i'], ['any', 'm'], ['any', 'n'], ['final', 'f']]],
    ],
    [
      '(userAccountControl:1.2.840.113556.1.4.803:=2)',
      [
        'extensible',
        ['rule', '1.2.840.113556.1.4.803'],
        ['type', 'userAccountControl'],
        ['value', '2'],
      ],
    ],
    ['(cn:=1)', ['extensible', ['type', 'cn'], ['value', '1']]],
    ['(cn:dn:=1)', ['extensible', ['type', 'cn'], ['value', '1'], ['dn', '0xff']]],
    [
      '(cn:DN:caseExactMatch:=1)',
      ['extensible', ['rule', 'caseExactMatch'], ['type', 'cn'], ['value', '1'], ['dn', '0xff']],
    ],
    ['(:dn:2.4.6:=1)', ['extensible', ['rule', '2.4.6'], ['value', '1'], ['dn', '0xff']]],
    ['(:caseExactMatch:=1)', ['extensible', ['rule', 'caseExactMatch'], ['value', '1']]],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('escapes', () => {
  test.each<[string, Decoded]>([
    [String.raw`(a=\28\2a\29\5C)`, ['=', 'a', '(*)\\']],
    [String.raw`(a=\00)`, ['=', 'a', '\0']],
    [String.raw`(a=\c3\a4ä)`, ['=', 'a', 'ää']],
    [String.raw`(objectGUID=\ff\00\41)`, ['=', 'objectGUID', '0xff0041']],
    [String.raw`(a=\25s)`, ['=', 'a', '%s']],
    [String.raw`(a>=\2a)`, ['>=', 'a', '*']],
    [String.raw`(a=\2a*)`, ['substrings', 'a', ['pieces', ['initial', '*']]]],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('placeholders', () => {
  test.each<[string, Decoded]>([
    ['(a=%s)', ['=', 'a', 'ann@mail.example.org']],
    ['(a=%u at %d)', ['=', 'a', 'ann at mail.example.org']],
    ['(a=%S %U %D)', ['=', 'a', 'ann@mail.example.org ann mail.example.org']],
    ['(a=%1.%2.%3)', ['=', 'a', 'org.example.mail']],
    ['(a=100%%%%s)', ['=', 'a', '100%%s']],
    ['(a>=%u)', ['>=', 'a', 'ann']],
    ['(a:=%u)', ['extensible', ['type', 'a'], ['value', 'ann']]],
    ['(!(a=%u))', ['not', ['=', 'a', 'ann']]],
    [
      '(a=%u*%d*%s)',
      [
        'substrings',
        'a',
        [
          'pieces',
          ['initial', 'ann'],
          ['any', 'mail.example.org'],
          ['final', 'ann@mail.example.org'],
        ],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ['(a=%u)', 'ann', 'ann'],
    ['(a=%u)', 'a@b@example.org', 'a@b'],
    ['(a=%d)', 'a@b@example.org', 'example.org'],
    ['(a=%s)', '*)(mail=*', '*)(mail=*'],
    ['(a=%s)', '%s%u\\2a', '%s%u\\2a'],
    ['(a=%d)', '@example.org', 'example.org'],
    ['(a=%2.%1)', 'ann@.x..org.', 'x.org'],
    ['(a=%d)', 'ann@.x..org.', '.x..org.'],
  ])('%s for %s', (text, key, value) => {
    expect(read(text, key)).toEqual(['=', 'a', value]);
  });

  test.each([
    ['(a=%s)', ''],
    ['(a=%d)', 'ann'],
    ['(a=%d)', 'ann@'],
    ['(a=%D)', 'ann'],
    ['(a=%u)', '@example.org'],
    ['(a=%U)', '@example.org'],
    ['(a=%1)', 'ann'],
    ['(a=%1)', 'example.org'],
    ['(a=%4)', 'ann@mail.example.org'],
    ['(a=%2)', 'ann@.org'],
    ['(|(a=%s)(b=%d))', 'ann'],
    ['(a=*%d*)', 'ann'],
  ])('%s suppresses the question for "%s"', (text, key) => {
    expect(read(text, key)).toBeUndefined();
  });

  test.each([
    ['(a=%s)', true],
    ['(&(a=1)(!(b=*%3)))', true],
    ['(a=%%s)', false],
    ['(a=1)', false],
  ])('of %s: %s', (text, has) => {
    expect(parseFilter(text).hasPlaceholders).toBe(has);
  });
});

describe('refuses', () => {
  test.each([
    ['', 'a comparison such as mail=%s at offset 0, where the filter ends'],
    ['mail', 'a comparison such as mail=%s at offset 0, not "mail"'],
    ['(mail=%s', '")" at offset 8, where the filter ends'],
    ['(mail=%s))', 'the end at offset 9, not ")"'],
    ['(a=1)(b=2)', 'the end at offset 5, not "(b=2)"'],
    ['(&(a=1)b=2)', '")" at offset 7, not "b=2)"'],
    ['(!a=1)', '"(" at offset 2, not "a=1)"'],
    ['(!(a=1)(b=2))', '")" at offset 7, not "(b=2))"'],
    ['(a=x(y))', '")", or \\28 where a value holds a parenthesis at offset 4, not "(y))"'],
    ['(%s=1)', 'a comparison such as mail=%s at offset 1, not "%s=1)"'],
    ['(a =1)', 'a comparison such as mail=%s at offset 1, not "a =1)"'],
    ['(:=1)', 'a comparison such as mail=%s at offset 1, not ":=1)"'],
    ['(:dn:=1)', 'a comparison such as mail=%s at offset 1, not ":dn:=1)"'],
    ['(a:rule=1)', 'a comparison such as mail=%s at offset 1, not "a:rule=1)"'],
    ['(a>=1*)', 'no * at offset 5'],
    ['(a:=*)', 'no * at offset 4'],
    ['(a=x\\2)', 'two hexadecimal digits after the backslash at offset 4'],
    ['(a=x\\%s)', 'two hexadecimal digits after the backslash at offset 4'],
  ])('%j: expected %s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(new RegExp(`^expected ${RegExp.escape(message)}`));
  });

  test.each([
    ['(a=%x)', '"%x" at offset 3 means nothing here'],
    ['(a=1*2%)', '"%" at offset 6 means nothing here'],
    ['(a=%0)', '"%0" at offset 3 means nothing here'],
    ['(a=\\ff*)', 'the value at offset 3 is no UTF-8'],
    ['(a=\\ff%s)', 'the value at offset 3 is no UTF-8'],
    ['(a>=\\ff)', 'the value at offset 4 is no UTF-8'],
  ])('%s: %s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });

  test('filters so deep that reading them could end the stack', () => {
    const deep = (levels: number) => `${'(!'.repeat(levels)}(a=1)${')'.repeat(levels)}`;
    expect(() => parseFilter(deep(100_000))).toThrow('expected at most 50 levels at offset');
    expect(() => parseFilter(deep(50))).not.toThrow();
  });
});

describe('whatever the key', () => {
  const TEXT = '(&(mail=%s)(|(uid=%u)(x=a*%s*%d*b))(!(y>=%d))(z:dn:1.2.3:=%u)(o=%1))';
  const key = fc
    .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }))
    .map(([local, domain]) => ({ local, domain: domain.replaceAll(/[@.]/g, '') }))
    .filter(({ domain }) => domain !== '');

  test('it stands in the values, and nowhere else', () => {
    fc.assert(
      fc.property(key, ({ local, domain }) => {
        const whole = `${local}@${domain}`;
        expect(read(TEXT, whole)).toEqual([
          'and',
          ['=', 'mail', whole],
          [
            'or',
            ['=', 'uid', local],
            [
              'substrings',
              'x',
              ['pieces', ['initial', 'a'], ['any', whole], ['any', domain], ['final', 'b']],
            ],
          ],
          ['not', ['>=', 'y', domain]],
          ['extensible', ['rule', '1.2.3'], ['type', 'z'], ['value', local], ['dn', '0xff']],
          ['=', 'o', domain],
        ]);
      }),
    );
  });

  test('what the filter prints reads back the same', () => {
    fc.assert(
      fc.property(key, ({ local, domain }) => {
        const whole = `${local}@${domain}`;
        const printed = String(parseFilter(TEXT).bind(templateKey(whole)));
        expect(read(printed.replaceAll('%', '%%'))).toEqual(read(TEXT, whole));
      }),
    );
  });
});
