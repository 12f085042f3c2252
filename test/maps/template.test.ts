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
  ['%x', 'unknown "%x" at character 1'],
  ['mail %', 'unknown "%" at character 6'],
  ['%u/{name}', 'unknown "{name}" at character 4'],
  ['%s{id', 'unknown "{id" at character 3'],
  ['{}', 'unknown "{}" at character 1'],
  ['{constructor}', 'unknown "{constructor}" at character 1'],
  ['%😀', 'unknown "%😀" at character 1'],
])('refuses %j: %s', (text, message) => {
  expect(() => parseTemplate(text)).toThrow(message);
});

test('a refusal names what is known', () => {
  expect(() => parseTemplate('%x')).toThrow(
    'known are %s, %u, %d, {id}, {login} and %% for a percent sign',
  );
});
