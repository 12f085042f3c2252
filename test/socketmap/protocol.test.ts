import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  findReplyFault,
  formatReply,
  notFound,
  ok,
  parseReply,
  parseRequest,
  perm,
  temp,
  timeout,
} from '../../src/socketmap/protocol.ts';

test.each([
  ['user-exists ann@example.org', 'user-exists', 'ann@example.org'],
  ['m two words', 'm', 'two words'],
  ['m  x', 'm', ' x'],
  ['m ', 'm', ''],
  ['get user-exists ann@example.org', 'user-exists', 'ann@example.org'],
  ['get m two words', 'm', 'two words'],
  ['get m', 'get', 'm'],
  ['GET m x', 'GET', 'm x'],
])('reads %j', (text, map, key) => {
  expect(parseRequest(text, () => false)).toEqual({ map, key });
});

test('leaves "get" as it is where a map is called so', () => {
  const query = parseRequest('get user-exists x', (name) => name === 'get');
  expect(query).toEqual({ map: 'get', key: 'user-exists x' });
});

test.each(['', 'user-exists'])('cannot read %j, which has no space', (text) => {
  expect(parseRequest(text, () => false)).toBeUndefined();
});

test.each([
  [ok('ann@example.org'), 'OK ann@example.org'],
  [notFound(), 'NOTFOUND '],
  [temp('idpmap deadline'), 'TEMP idpmap deadline'],
  [perm('unknown map'), 'PERM unknown map'],
  [timeout('too slow'), 'TIMEOUT too slow'],
])('writes %j', (answer, payload) => {
  expect(formatReply(answer)).toBe(payload);
});

test.each([
  ['a\r\nb\tc', 'a b c'],
  ['a\u0000b\u001bc', 'a?b?c'],
  ['x'.repeat(300), 'x'.repeat(200)],
  [`${'x'.repeat(199)}\u{1f600}`, `${'x'.repeat(199)}?`],
])('makes one printable line of the reason %j', (reason, line) => {
  expect(formatReply(temp(reason))).toBe(`TEMP ${line}`);
});

test.each([
  ['', 'empty'],
  ['a\nb', 'control'],
  ['a\rb', 'control'],
  ['a\0b', 'control'],
  ['x'.repeat(99_998), 'size'],
  [`${'ä'.repeat(49_998)}xx`, 'size'],
  ['x'.repeat(99_997), undefined],
  [`${'ä'.repeat(49_998)}x`, undefined],
  ['a b,c', undefined],
])('finds what keeps data off the wire (%#)', (data, fault) => {
  expect(findReplyFault(data)).toBe(fault);
});

test('what it writes reads as it was', () => {
  const reason = fc.stringMatching(/^[a-z][a-z ]{0,40}[a-z]$/).filter((text) => !/ {2}/.test(text));
  const answer = fc.oneof(
    fc.string({ minLength: 1 }).map(ok),
    fc.constant(notFound()),
    reason.map(temp),
    reason.map(perm),
    reason.map(timeout),
  );
  fc.assert(
    fc.property(answer, (one) => {
      expect(parseReply(formatReply(one))).toEqual(one);
    }),
  );
});

test.each(['', 'ok x', 'YES x', 'OK\tx'])('refuses the reply %j', (payload) => {
  expect(() => parseReply(payload)).toThrow(/which is no status/);
});
