import { expect, test } from 'vitest';
import { formatLdif } from './ldif.ts';

const lines = (value: string | Buffer | readonly string[]) =>
  formatLdif([{ dn: 'cn=a', attributes: { x: value } }])
    .split('\n')
    .slice(1, -1);

test.each([
  { what: 'plain text', value: "o'hara+b@example.test", line: "x: o'hara+b@example.test" },
  { what: 'nothing', value: '', line: 'x: ' },
  { what: 'text that is not ASCII', value: 'ü', line: 'x:: w7w=' },
  { what: 'a space at the begin', value: ' a', line: 'x:: IGE=' },
  { what: 'a space at the end', value: 'a ', line: 'x:: YSA=' },
  { what: 'a colon at the begin', value: ':a', line: 'x:: OmE=' },
  { what: 'a less-than sign at the begin', value: '<a', line: 'x:: PGE=' },
  { what: 'a line end', value: 'a\nb', line: 'x:: YQpi' },
  { what: 'bytes', value: Buffer.from('a'), line: 'x:: YQ==' },
])('writes $what as $line', ({ value, line }) => {
  expect(lines(value)).toEqual([line]);
});

test('writes a line for each value, and none for no values', () => {
  expect(lines(['a', 'b'])).toEqual(['x: a', 'x: b']);
  expect(lines([])).toEqual([]);
});

test('parts entries by an empty line', () => {
  const entry = { dn: 'cn=a', attributes: { x: 'b' } };
  expect(formatLdif([entry, entry])).toBe('dn: cn=a\nx: b\n\ndn: cn=a\nx: b\n');
});
