import { expect, test } from 'vitest';
import { LineDecoder } from '../../src/socketmap/lines.ts';

const readAll = (decoder: LineDecoder, text: string): string[] => {
  const chunk = Buffer.from(text);
  decoder.feed(chunk);
  const found: string[] = [];
  for (let line = decoder.next(); line !== undefined; line = decoder.next()) found.push(line);
  chunk.fill('#');
  return found;
};

test('reads lines that end in LF or CR LF', () => {
  expect(readAll(new LineDecoder(100), 'a b\r\nc d\n\n')).toEqual(['a b', 'c d', '']);
});

test('joins a line that came in pieces', () => {
  const decoder = new LineDecoder(100);
  expect(readAll(decoder, 'a ')).toEqual([]);
  expect(readAll(decoder, 'b')).toEqual([]);
  expect(readAll(decoder, '\nc')).toEqual(['a b']);
  expect(decoder.isBegun).toBe(true);
});

test('takes a line of exactly the limit', () => {
  expect(readAll(new LineDecoder(5), 'abcde\n')).toEqual(['abcde']);
});

test.each(['abcdef', 'abcdef\n'])('refuses %j where five bytes are the limit', (text) => {
  const decoder = new LineDecoder(5);
  expect(readAll(decoder, text)).toEqual([]);
  expect(decoder.fault).toBe('oversize');
});

test('keeps what is unread when the chunk is overwritten', () => {
  const decoder = new LineDecoder(100);
  const chunk = Buffer.from('a b\nc d\n');
  decoder.feed(chunk);
  expect(decoder.next()).toBe('a b');
  decoder.keep();
  chunk.fill('#');
  expect(decoder.next()).toBe('c d');
});
