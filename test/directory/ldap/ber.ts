import { BerWriter, type Filter } from 'ldapts';

/** A filter as a server reads it: what it is, then its parts. Bytes that are no UTF-8 are written as hex. */
export type Decoded = string | readonly Decoded[];

/** By the tags of RFC 4511, 4.5.1. */
const NAMES: Readonly<Record<number, string>> = {
  0xa0: 'and',
  0xa1: 'or',
  0xa2: 'not',
  0xa3: '=',
  0xa4: 'substrings',
  0xa5: '>=',
  0xa6: '<=',
  0xa8: '~=',
  0xa9: 'extensible',
  0x30: 'pieces',
};

/** Those of a substring filter's pieces, and of an extensible filter's parts. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  pieces: ['initial', 'any', 'final'],
  extensible: ['', 'rule', 'type', 'value', 'dn'],
};

/** Writes a filter and reads the bytes. */
export function decode(filter: Filter): Decoded {
  const writer = new BerWriter();
  filter.write(writer);
  return decodeBytes(writer.buffer);
}

/** Reads the first filter in the bytes. */
export function decodeBytes(bytes: Buffer): Decoded {
  const [decoded = ''] = readAll(bytes, '');
  return decoded;
}

function readAll(bytes: Buffer, within: string): readonly Decoded[] {
  const read: Decoded[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at);
    const { start, end } = extentOf(bytes, at + 1);
    read.push(readOne(tag, bytes.subarray(start, end), within));
    at = end;
  }
  return read;
}

function readOne(tag: number, content: Buffer, within: string): Decoded {
  const name = NAMES[tag];
  if (name !== undefined) return [name, ...readAll(content, name)];
  if (tag === 0x87) return ['present', textOf(content)];
  const part = PARTS[within]?.[tag - 0x80];
  return part === undefined ? textOf(content) : [part, textOf(content)];
}

function extentOf(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = bytes.readUInt8(at);
  if (first < 0x80) return { start: at + 1, end: at + 1 + first };
  const start = at + 1 + (first - 0x80);
  return { start, end: start + bytes.readUIntBE(at + 1, first - 0x80) };
}

function textOf(content: Buffer): string {
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content) ? text : `0x${content.toString('hex')}`;
}
