import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveKeys, type KeyMode } from '../../src/maps/keys.ts';

const MODES: readonly KeyMode[] = ['exact', 'address', 'recipient', 'virtual', 'domain', 'host'];

describe('exact', () => {
  test.each([
    ['Hello World', 'hello world'],
    ['Ann+News@X.Org.', 'ann+news@x.org'],
    ['EXÄMPLE.Test', 'xn--exmple-cua.test'],
    ['x.org.', 'x.org'],
    ['*', '*'],
    ['<>', '<>'],
    ['[mail.X.org]:25', '[mail.x.org]:25'],
    ['ann@[192.0.2.1]', 'ann@[192.0.2.1]'],
    ['', ''],
    ['192.0.2.7', '192.0.2.7'],
    ['Ju\u0308rgen Smith', 'jürgen smith'],
  ])('asks for %j as %j alone', (key, asked) => {
    expect(deriveKeys(key, 'exact', '+')).toEqual([asked]);
  });
});

describe('address', () => {
  test.each([
    {
      key: 'Ann+News@Mail.X.Org',
      asked: [
        'ann+news@mail.x.org',
        'ann@mail.x.org',
        'mail.x.org',
        'x.org',
        'org',
        'ann+news@',
        'ann@',
        '@mail.x.org',
      ],
    },
    { key: 'ann@x.org', asked: ['ann@x.org', 'x.org', 'org', 'ann@', '@x.org'] },
    {
      key: '"a@b"@x.org',
      asked: ['"a@b"@x.org', 'x.org', 'org', '"a@b"@', '@x.org'],
    },
    { key: '<>', asked: ['<>'] },
    { key: 'mail.x.org', asked: ['mail.x.org', 'x.org', 'org'] },
  ])('asks for $key as $asked', ({ key, asked }) => {
    expect(deriveKeys(key, 'address', '+')).toEqual(asked);
  });
});

describe.each(['virtual', 'recipient'] as const)('%s', (mode) => {
  test.each([
    { key: 'Ann+News@Mail.X.Org', asked: ['ann+news@mail.x.org', 'ann@mail.x.org', '@mail.x.org'] },
    { key: 'ann@x.org', asked: ['ann@x.org', '@x.org'] },
    { key: 'x.org', asked: ['x.org'] },
    { key: '<>', asked: ['<>'] },
    { key: 'ann@[192.0.2.1]', asked: ['ann@[192.0.2.1]'] },
  ])('asks for $key as $asked', ({ key, asked }) => {
    expect(deriveKeys(key, mode, '+')).toEqual(asked);
  });
});

describe('domain', () => {
  test.each([
    {
      key: 'Ann+News@Mail.X.Org',
      asked: ['ann+news@mail.x.org', 'ann@mail.x.org', 'mail.x.org', '.x.org', '.org'],
    },
    { key: 'mail.x.org', asked: ['mail.x.org', '.x.org', '.org'] },
    { key: '*', asked: ['*'] },
    { key: 'localhost', asked: ['localhost'] },
  ])('asks for $key as $asked', ({ key, asked }) => {
    expect(deriveKeys(key, 'domain', '+')).toEqual(asked);
  });
});

describe('host', () => {
  test.each([
    { key: 'Mail.X.Org', asked: ['mail.x.org', 'x.org', 'org'] },
    { key: 'unknown', asked: ['unknown'] },
    { key: '192.0.2.7', asked: ['192.0.2.7', '192.0.2', '192.0', '192'] },
    {
      key: '2001:DB8::1',
      asked: ['2001:db8::1', '2001:db8:', '2001:db8', '2001'],
    },
  ])('asks for $key as $asked', ({ key, asked }) => {
    expect(deriveKeys(key, 'host', '+')).toEqual(asked);
  });
});

test.each([
  ['+-', 'ann-a+b@x.org', 'ann@x.org'],
  ['', 'ann+b@x.org', '.org'],
])('splits an extension at the first of %j', (delimiters, key, second) => {
  expect(deriveKeys(key, 'domain', delimiters)[1]).toBe(delimiters === '' ? 'x.org' : second);
});

test.each(['a\0b', 'a\nb', 'a\u0085b', 'a\ufffdb', 'x'.repeat(321), 'ü'.repeat(161)])(
  'asks for nothing where the key is %j',
  (key) => {
    for (const mode of MODES) expect(deriveKeys(key, mode, '+')).toEqual([]);
  },
);

test('asks for nothing twice, and for the whole key first', () => {
  const part = fc.stringMatching(/^[a-z0-9+.@:[\]-]{0,12}$/);
  fc.assert(
    fc.property(fc.oneof(part, fc.emailAddress(), fc.domain(), fc.ipV4(), fc.ipV6()), (key) => {
      for (const mode of MODES) {
        const keys = deriveKeys(key, mode, '+');
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys[0]).toBe(deriveKeys(key, 'exact', '+')[0]);
      }
    }),
    { numRuns: 2000 },
  );
});
