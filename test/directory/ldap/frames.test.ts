import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFrames, MAX_MESSAGE_BYTES } from '../../../src/directory/ldap/wire/frames.ts';
import { encode } from './peer.ts';

/** A message with so many bytes in it. */
const messageOf = (bytes: number): Buffer =>
  encode(1, 0x64, (writer) => writer.writeString('x'.repeat(bytes)));

const cutAt = (stream: Buffer, cuts: readonly number[]): readonly Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length];
  const ordered = places.toSorted((a, b) => a - b);
  return ordered.slice(1).map((end, i) => stream.subarray(ordered[i], end));
};

describe('frames', () => {
  test('gives the same messages however the stream is cut', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(117, 118, 119, 70_000)), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
        const messages = bytes.map(messageOf);
        const frames = createFrames();
        const read = cutAt(Buffer.concat(messages), cuts).flatMap((part) => [...frames.push(part)]);
        expect(read.map((each) => each.toString('latin1'))).toEqual(
          messages.map((each) => each.toString('latin1')),
        );
        expect(frames.waiting).toBe(0);
      }),
    );
  });

  test('tells how much it holds of a message that is not complete', () => {
    const frames = createFrames();
    const bytes = messageOf(10);
    expect([...frames.push(bytes.subarray(0, 5))]).toEqual([]);
    expect(frames.waiting).toBe(5);
  });

  test.each([
    ['TLS instead of LDAP', '160301', /begins with byte 22: this is no LDAP/],
    ['text', '485454502f312e31', /begins with byte 72/],
    ['an indefinite length', '3080', /length has 0 bytes/],
    ['a length of five bytes', '30850000000001', /length has 5 bytes/],
    ['a message of more than it keeps', '3084ffffffff', /a message of 4294967301 bytes/],
  ])('refuses %s', (_, hex, reason) => {
    expect(() => [...createFrames().push(Buffer.from(hex, 'hex'))]).toThrow(reason);
  });

  test('refuses a message that is too large by its length, before it is kept', () => {
    const head = Buffer.alloc(6);
    head.writeUInt16BE(0x3084);
    head.writeUInt32BE(MAX_MESSAGE_BYTES + 1, 2);
    expect(() => [...createFrames().push(head)]).toThrow(RangeError);
  });

  /** The head of a message of so many bytes, its id first. */
  const headOf = (id: number, size: number): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUInt16BE(0x3084);
    head.writeUInt32BE(size - 6, 2);
    head.writeUInt16BE(0x0201, 6);
    head.writeUInt8(id, 8);
    return head;
  };

  test.each([1000, 65_536, 5_000_000])(
    'passes over a message that is too large in pieces of %i bytes, keeps none of it, and goes on',
    (piece) => {
      const told: number[] = [];
      const frames = createFrames((head, size) => told.push(head.readUInt8(8), size));
      const size = MAX_MESSAGE_BYTES + 1;
      const read = [...frames.push(headOf(7, size))];
      for (let rest = size - 9; rest > 0; rest -= piece) {
        const bytes = Buffer.alloc(Math.min(piece, rest));
        read.push(...frames.push(rest > piece ? bytes : Buffer.concat([bytes, messageOf(5)])));
      }
      expect(told).toEqual([7, size]);
      expect(read.map(String)).toEqual([String(messageOf(5))]);
      expect(frames.waiting).toBe(0);
    },
  );

  test('throws nothing but errors on any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (chunks) => {
        const frames = createFrames();
        try {
          for (const chunk of chunks) Array.from(frames.push(Buffer.from(chunk)));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
