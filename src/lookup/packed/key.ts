import { randomBytes } from 'node:crypto';

/** A key's bytes, whole words with zeros behind them: one byte a letter where that does (`isNarrow`), else two. */
export interface KeyBytes {
  words: Int32Array;
  bytes: Buffer;
  length: number;
  isNarrow: boolean;
  hash: number;
}

const FIRST_BYTES = 1024;
const WIDEST_NARROW = 0xff;

/** What was read last: memory asks for the same key in several stores, and for one after the other. */
let last: string | undefined;
const read: KeyBytes = {
  words: new Int32Array(FIRST_BYTES / 4),
  bytes: Buffer.alloc(0),
  length: 0,
  isNarrow: true,
  hash: 0,
};
read.bytes = Buffer.from(read.words.buffer);

/** Reads a key into the one place that there is for it: it is good until the next one is read. */
export function readKey(key: string): KeyBytes {
  if (key === last) return read;
  const { length } = key;
  if (2 * length + 4 > read.bytes.length) {
    read.words = new Int32Array(length);
    read.bytes = Buffer.from(read.words.buffer);
  }
  const { bytes, words } = read;
  let all = 0;
  for (let i = 0; i < length; i++) {
    const code = key.charCodeAt(i);
    all |= code;
    bytes[i] = code;
  }
  read.isNarrow = all <= WIDEST_NARROW;
  read.length = read.isNarrow ? length : bytes.write(key, 'utf16le');
  for (let i = read.length; (i & 3) !== 0; i++) bytes[i] = 0;
  read.hash = hashOf(words, read.length);
  last = key;
  return read;
}

const [K0 = 0, K1 = 0] = new Int32Array(Uint8Array.from(randomBytes(8)).buffer);

/**
 * HalfSipHash-1-3 of whole words. Strangers choose keys: under a hash that they can foresee, all of theirs would stand in one row
 * that each lookup has to go along.
 */
function hashOf(words: Int32Array, length: number): number {
  let v0 = K0;
  let v1 = K1;
  let v2 = K0 ^ 0x6c796765;
  let v3 = K1 ^ 0x74656462;
  const count = (length + 3) >>> 2;
  // The words, then their length, then three rounds to end with.
  for (let i = 0; i < count + 4; i++) {
    const word = i < count ? (words[i] ?? 0) : i === count ? length : 0;
    v3 ^= word;
    if (i === count + 1) v2 ^= 0xff;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
