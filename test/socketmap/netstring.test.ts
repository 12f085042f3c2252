import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decoder, Recall } from '../../src/net/protocol.ts';
import {
  encodeNetstring,
  type FrameFault,
  NetstringDecoder,
} from '../../src/socketmap/netstring.ts';

const readAll = (decoder: Decoder<FrameFault>): string[] => {
  const found: string[] = [];
  for (let text = decoder.next(); text !== undefined; text = decoder.next()) found.push(text);
  return found;
};

/** Feeds `bytes` in pieces that end at `cuts`, each from one buffer that is overwritten afterwards. */
const decodePieces = (
  decoder: Decoder<FrameFault>,
  bytes: Buffer,
  cuts: readonly number[],
  read = readAll,
): string[] => {
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].toSorted(
    (one, other) => one - other,
  );
  return ends.flatMap((end, i) => {
    const piece = Buffer.from(bytes.subarray(ends[i - 1] ?? 0, end));
    decoder.feed(piece);
    const found = read(decoder);
    piece.fill('#');
    return found;
  });
};

const payload = fc.string({ unit: 'grapheme', maxLength: 60 });

test('what is encoded is decoded again, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(payload), fc.array(fc.nat(2000)), (payloads, cuts) => {
      const decoder = new NetstringDecoder(1000);
      const bytes = Buffer.from(payloads.map(encodeNetstring).join(''));
      expect(decodePieces(decoder, bytes, cuts)).toEqual(payloads);
      expect(decoder.isBegun).toBe(false);
    }),
  );
});

test('no bytes make it throw, and they mean the same wherever they are cut', () => {
  const bytes = fc.array(
    fc.oneof(fc.constantFrom(...Buffer.from('0123:,a')), fc.integer({ min: 0, max: 255 })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(60)), (numbers, cuts) => {
      const whole = new NetstringDecoder(12);
      const cut = new NetstringDecoder(12);
      const input = Buffer.from(numbers);
      expect(decodePieces(cut, input, cuts)).toEqual(decodePieces(whole, input, []));
      expect(cut.fault).toBe(whole.fault);
    }),
  );
});

/** What is longer is not whole, and was never answered. */
const MOST = 40;

/** Reads on, and passes by what is of an even length where it can. */
const passEven = (decoder: Decoder<FrameFault>): string[] => {
  const recall: Recall = (read, start, end) =>
    (end - start) % 2 === 0 && end - start <= MOST
      ? Buffer.from(read.subarray(start, end)).toString()
      : undefined;
  const arrival = { arrivedAt: 0, deadline: 0 };
  const found: string[] = [];
  for (;;) {
    const text = decoder.pass?.(recall, arrival) ?? decoder.next();
    if (text === undefined) return found;
    found.push(text);
  }
};

test('who passes requests by finds the same ones, and the same faults, wherever the stream is cut', () => {
  const pieces = fc.oneof(
    payload.map(encodeNetstring),
    fc.constantFrom(':,', '0:,', '01:a,', '2:ab;', '1:', ':', 'x', '13:', '9999:', '2:ab'),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(300)), (texts, cuts) => {
      const [plain, passing] = [new NetstringDecoder(MOST, 80), new NetstringDecoder(MOST, 80)];
      const bytes = Buffer.from(texts.join(''));
      expect(decodePieces(passing, bytes, cuts, passEven)).toEqual(
        decodePieces(plain, bytes, cuts),
      );
      expect([passing.fault, passing.isBegun]).toEqual([plain.fault, plain.isBegun]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a letter', 'a', 'netstring'],
  ['no digit', ':,', 'netstring'],
  ['a leading zero', '01:a,', 'netstring'],
  ['a sign', '-1:', 'netstring'],
  ['a space', '1 :a,', 'netstring'],
  ['another end than a comma', '1:a;', 'netstring'],
  ['a newline between two', '1:a,\n', 'netstring'],
  ['a length above the limit', '1001:', 'oversize'],
  ['a length of ten digits', '9999999999', 'oversize'],
] as const)('refuses %s', (_, text, fault) => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from(text));
  readAll(decoder);
  expect(decoder.fault).toBe(fault);
});

test('refuses a length at the digit that makes it too large', () => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from('100'));
  readAll(decoder);
  expect(decoder.fault).toBeUndefined();
  decoder.feed(Buffer.from('1'));
  readAll(decoder);
  expect(decoder.fault).toBe('oversize');
});

test('takes a payload of exactly the limit', () => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from(encodeNetstring('x'.repeat(1000))));
  expect(readAll(decoder)).toEqual(['x'.repeat(1000)]);
});

test('passes over a payload that is too long, wherever the stream is cut, and goes on behind it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1001, max: 5000 }), fc.array(fc.nat(5100)), (length, cuts) => {
      const decoder = new NetstringDecoder(1000, 5000);
      const long = `m ${'x'.repeat(length - 2)}`;
      const bytes = Buffer.from(['a', long, 'b'].map(encodeNetstring).join(''));
      expect(decodePieces(decoder, bytes, cuts)).toEqual(['a', long.slice(0, 1000), 'b']);
      expect(decoder.cut).toBeUndefined();
      expect(decoder.isBegun).toBe(false);
    }),
  );
});

test('tells of what it has passed over, and of nothing else', () => {
  const decoder = new NetstringDecoder(1000, 5000);
  decoder.feed(Buffer.from(['x'.repeat(1001), 'a'].map(encodeNetstring).join('')));
  expect([decoder.next()?.length, decoder.cut]).toEqual([1000, 'oversize']);
  expect([decoder.next(), decoder.cut]).toEqual(['a', undefined]);
});

test.each([
  ['5001:', 'oversize'],
  [`1001:${'x'.repeat(1001)};`, 'netstring'],
] as const)(
  'passes over nothing that is longer still, or does not end with a comma',
  (text, fault) => {
    const decoder = new NetstringDecoder(1000, 5000);
    decoder.feed(Buffer.from(text));
    expect(readAll(decoder)).toEqual([]);
    expect(decoder.fault).toBe(fault);
  },
);

test('takes an empty payload', () => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from('0:,'));
  expect(readAll(decoder)).toEqual(['']);
});

test('finds nothing more after a fault', () => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from('1:a,x1:b,'));
  expect(readAll(decoder)).toEqual(['a']);
  decoder.feed(Buffer.from('1:c,'));
  expect(readAll(decoder)).toEqual([]);
});

test('reads bytes that are no UTF-8 as U+FFFD', () => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from([0x32, 0x3a, 0x61, 0xff, 0x2c]));
  expect(readAll(decoder)).toEqual(['a\ufffd']);
});

test('reads a chunk no further than its end', () => {
  const decoder = new NetstringDecoder(1000);
  decoder.feed(Buffer.from('1:a,1:b,'), 6);
  expect(readAll(decoder)).toEqual(['a']);
  decoder.feed(Buffer.from('c,'));
  expect(readAll(decoder)).toEqual(['c']);
});

test('keeps what is unread when the chunk is overwritten', () => {
  const decoder = new NetstringDecoder(1000);
  const chunk = Buffer.from('1:a,1:b,1:');
  decoder.feed(chunk);
  expect(decoder.next()).toBe('a');
  decoder.keep();
  chunk.fill('#');
  decoder.feed(Buffer.from('c,'));
  expect(readAll(decoder)).toEqual(['b', 'c']);
});
