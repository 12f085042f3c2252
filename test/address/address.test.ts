import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  foldAddress,
  normaliseMailbox,
  parseAddress,
  parseDomain,
  splitExtension,
} from '../../src/address/address.ts';

test.each([
  ['ann@example.org', 'ann@example.org'],
  ['Ann@EXAMPLE.Org', 'ann@example.org'],
  ['ann@example.org.', 'ann@example.org'],
  ['JÜRGEN@example.org', 'jürgen@example.org'],
  ['ju\u0308rgen@example.org', 'jürgen@example.org'],
  ['ann@Exämple.test', 'ann@xn--exmple-cua.test'],
  ['ann@xn--exmple-cua.test', 'ann@xn--exmple-cua.test'],
  ['"a b"@example.org', '"a b"@example.org'],
  ['a b@example.org', 'a b@example.org'],
  ['"ann@home"@example.org', '"ann@home"@example.org'],
  ["o'brien*()\\@example.org", "o'brien*()\\@example.org"],
  ['ann@localhost', 'ann@localhost'],
  ['ann@4you.example', 'ann@4you.example'],
])('reads %j as %j', (text, normalised) => {
  expect(parseAddress(text)?.text).toBe(normalised);
});

test.each([
  '',
  'ann',
  '@example.org',
  'ann@',
  '*',
  '<>',
  '""',
  '""@example.org',
  'ann@[192.0.2.1]',
  'ann@[IPv6:::1]',
  'ann@192.0.2.1',
  'ann@0x7f.1',
  'ann@１２７.０.０.１',
  'ann@a/b',
  'ann@ex%61mple.org',
  'ann@example.org:25',
  'ann@example..org',
  'ann@.example.org',
  'ann@example.org..',
  'ann@exam ple.org',
  'ann\n@example.org',
  'ann\0@example.org',
  'ann\u0085@example.org',
  'ann\ufffd@example.org',
  `${'a'.repeat(309)}@example.org`,
  `${'ü'.repeat(160)}@example.org`,
])('takes %j for nobody’s address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each([
  ['Ann@Example.ORG', 'ann@example.org', 'ann@example.org'],
  ['ann@example.org', 'ann@example.org', 'ann@example.org'],
  ['Ann Smith@Example.ORG', 'ann smith@example.org', undefined],
  ['Ann', 'Ann', undefined],
])('%j is compared as %j, and is the mailbox %j', (text, folded, mailbox) => {
  expect(foldAddress(text)).toBe(folded);
  expect(normaliseMailbox(text)).toBe(mailbox);
});

test('normalisation is idempotent', () => {
  const local = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.emailAddress());
  const domain = fc.oneof(fc.domain(), fc.string({ unit: 'binary' }), fc.constant('Exämple.test'));
  fc.assert(
    fc.property(local, domain, (left, right) => {
      const once = parseAddress(`${left}@${right}`);
      if (once !== undefined) expect(parseAddress(once.text)).toEqual(once);
      const name = parseDomain(right);
      if (name !== undefined) expect(parseDomain(name)).toBe(name);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['ann+news', '+', ['ann', '+news']],
  ['ann+a+b', '+', ['ann', '+a+b']],
  ['ann-a+b', '+-', ['ann', '-a+b']],
  ['ann+', '+', ['ann', '+']],
  ['ann', '+', undefined],
  ['ann+news', '', undefined],
  ['+ann+news', '+', undefined],
  ['"ann+news"', '+', undefined],
  ['owner-list', '-', undefined],
  ['list-request', '-', undefined],
  ['mailer-daemon', '-', undefined],
])('splits %j at %j into %j', (local, delimiters, parts) => {
  expect(splitExtension(local, delimiters)).toEqual(parts);
});

test.each([
  ['letters', 'a'.repeat(1100)],
  ['ideographs', '字'.repeat(1100)],
  ['labels', 'a.'.repeat(600)],
])('a text that is longer than any domain is none, of %s', (_, text) => {
  expect(parseDomain(`${text}.example`)).toBeUndefined();
});
