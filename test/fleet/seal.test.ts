import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeal, readKey } from '../../src/fleet/seal.ts';

const key = randomBytes(32);
const seal = createSeal([key]);

test('what is closed opens under its name, in any process that has the key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), fc.string(), (text, name) => {
      const closed = seal.close(text, name);
      expect(createSeal([key]).open(closed, name)).toBe(text.toWellFormed());
    }),
  );
});

test('it opens under no other name, with no other key, and not with any bit changed', () => {
  const closed = seal.close('["found", "ann"]', 'a');
  expect(seal.open(closed, 'b')).toBeUndefined();
  expect(createSeal([randomBytes(32)]).open(closed, 'a')).toBeUndefined();
  for (let i = 0; i < closed.length * 8; i++) {
    const bent = Buffer.from(closed);
    bent[i >> 3] = (bent[i >> 3] ?? 0) ^ (1 << (i & 7));
    expect(seal.open(bent, 'a'), `bit ${i}`).toBeUndefined();
  }
});

test('what nobody closed does not open, however long it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(seal.open(Buffer.from(bytes), 'a')).toBeUndefined();
      expect(seal.open(Buffer.concat([Buffer.of(1), bytes]), 'a')).toBeUndefined();
    }),
  );
});

test('no nonce comes twice under the key of a process, and no two processes have one', () => {
  const heads = new Set<string>();
  for (const each of [createSeal([key]), createSeal([key])])
    for (let i = 0; i < 50_000; i++)
      heads.add(each.close('x', 'a').subarray(0, 25).toString('latin1'));
  expect(heads.size).toBe(100_000);
});

test('a name tells nothing of whom it names, and is the same in all processes', () => {
  const [name] = seal.names('ann@example.org');
  expect(name).toMatch(/^[\w-]{22}$/);
  expect(createSeal([key]).names('ann@example.org')).toEqual([name]);
  expect(createSeal([randomBytes(32)]).names('ann@example.org')).not.toEqual([name]);
});

test('while a key is changed, what either closed opens, and names of both are known', () => {
  const next = randomBytes(32);
  const [before, between, after] = [[key], [next, key], [next]].map(([first, ...rest]) =>
    createSeal([first ?? key, ...rest]),
  );
  const closed = before?.close('x', 'a') ?? Buffer.alloc(0);
  expect(between?.open(closed, 'a')).toBe('x');
  expect(after?.open(closed, 'a')).toBeUndefined();
  expect(between?.names('k')).toEqual([
    ...(after?.names('k') ?? []),
    ...(before?.names('k') ?? []),
  ]);
});

test.each([
  ['short', 'is shorter than 32 bytes, make one: openssl rand -base64 32'],
  ['a'.repeat(40), 'repeats itself and can be guessed, make one: openssl rand -base64 32'],
  [Buffer.alloc(32).toString('base64'), 'repeats itself'],
])('a key that can be guessed is refused: %s', (text, reason) => {
  expect(() => readKey(text)).toThrow(reason);
});

test('a key is read in base64 or as it is', () => {
  const bytes = randomBytes(32);
  expect(readKey(`${bytes.toString('base64')}\n`)).toEqual(bytes);
  expect(readKey('this passphrase, though not base64, is long enough').length).toBe(50);
});
