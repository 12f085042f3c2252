import { expect, test } from 'vitest';
import { parseTemplate } from '../../src/maps/template.ts';
import { account } from '../support/scripted.ts';

const ANN = account('ann@x.org', { id: '17', logins: ['ann', 'smith'] });

test.each([
  ['%s', 'ann@x.org'],
  ['%u', 'ann'],
  ['%d', 'x.org'],
  ['%%', '%'],
  ['{id}', '17'],
  ['{login}', 'ann'],
  ['%d/%u/Maildir/', 'x.org/ann/Maildir/'],
  ['%%s', '%s'],
  ['fixed', 'fixed'],
  ['a}b', 'a}b'],
  ['', 'ann@x.org'],
])('%j makes %j', (text, data) => {
  expect(parseTemplate(text)(ANN)).toBe(data);
});

test.each(['{login}', ''])('%j that comes out empty gives the address', (text) => {
  expect(parseTemplate(text)({ ...ANN, logins: [] })).toBe('ann@x.org');
});

test('splits a quoted local part at the last @', () => {
  expect(parseTemplate('%d %u')(account('"a@b"@x.org'))).toBe('x.org "a@b"');
});

test('takes values as they are', () => {
  expect(parseTemplate('%u-{id}')({ ...ANN, id: '%s$&{login}' })).toBe('ann-%s$&{login}');
});

test.each([
  ['%x', '"%x" at offset 0'],
  ['mail %', '"%" at offset 5'],
  ['%u/{name}', '"{name}" at offset 3'],
  ['%s{id', '"{id" at offset 2'],
  ['{}', '"{}" at offset 0'],
  ['{constructor}', '"{constructor}" at offset 0'],
  ['%😀', '"%😀" at offset 0'],
])('refuses %j: %s', (text, message) => {
  expect(() => parseTemplate(text)).toThrow(message);
});

test('a refusal names what is known', () => {
  expect(() => parseTemplate('%x')).toThrow('known are %s %u %d %% {id} {login}');
});
