import type { Kept } from '../kept.ts';
import type { KeyBytes } from './key.ts';
import { type Page, UNIT_BYTES } from './pages.ts';

/**
 * How a record lies in a page, from the unit where it begins: a double, when it was said; eight words; the key, in whole words; the
 * text. Words are counted from the record's first byte.
 */
const GOOD_FOR = 2;
const FRESH_FOR = 3;
const HASH = 4;
export const OLDER = 5;
export const NEWER = 6;
const EPOCH = 7;
const KEY = 8;
const TEXT = 9;
const HEAD_BYTES = 40;

/** In the word `KEY`, below its length in bytes. */
const IS_WIDE = 1;
const KEY_SHIFT = 1;
/** In the word `TEXT`, below its length: letters of two bytes, a value that lies elsewhere, a record that was given back. */
const IS_ELSEWHERE = 2;
const IS_DEAD = 4;
const TEXT_SHIFT = 3;

/** Three weeks and more: what counts for longer is asked for anew after so long. */
const MOST_MS = 2 ** 31 - 1;

const WORDS_A_UNIT = UNIT_BYTES / 4;

const wholeWords = (bytes: number): number => (bytes + 3) & ~3;
const unitsOf = (keyBytes: number, textBytes: number): number =>
  Math.ceil((HEAD_BYTES + wholeWords(keyBytes) + textBytes) / UNIT_BYTES);

/** A text as it is written; absent: the value lies elsewhere. */
export interface TextBytes {
  readonly text: string | undefined;
  readonly isWide: boolean;
  readonly length: number;
}

const BEYOND_ONE_BYTE = /[\u0100-\uffff]/;

export function measureText(text: string | undefined): TextBytes {
  if (text === undefined) return { text, isWide: false, length: 0 };
  const isWide = BEYOND_ONE_BYTE.test(text);
  return { text, isWide, length: isWide ? 2 * text.length : text.length };
}

export const unitsFor = (key: KeyBytes, text: TextBytes): number =>
  unitsOf(key.length, text.length);

/** What a record that lies there takes, live or not. */
export function unitsAt({ words }: Page, unit: number): { units: number; isLive: boolean } {
  const at = unit * WORDS_A_UNIT;
  const text = words[at + TEXT] ?? 0;
  return {
    units: unitsOf((words[at + KEY] ?? 0) >>> KEY_SHIFT, text >>> TEXT_SHIFT),
    isLive: (text & IS_DEAD) === 0,
  };
}

export function writeKey({ bytes, words }: Page, unit: number, key: KeyBytes): void {
  const at = unit * WORDS_A_UNIT;
  words[at + HASH] = key.hash;
  words[at + KEY] = (key.length << KEY_SHIFT) | (key.isNarrow ? 0 : IS_WIDE);
  key.bytes.copy(bytes, unit * UNIT_BYTES + HEAD_BYTES, 0, wholeWords(key.length));
}

/** Writes what is said of the key that stands there. */
export function writeValue(
  { bytes, words, doubles }: Page,
  unit: number,
  { askedAt, goodUntil, freshUntil, epoch }: Kept,
  { text, isWide, length }: TextBytes,
): void {
  const at = unit * WORDS_A_UNIT;
  doubles[unit] = askedAt;
  words[at + GOOD_FOR] = Math.min(Math.max(goodUntil - askedAt, 0), MOST_MS);
  words[at + FRESH_FOR] = Math.min(Math.max(freshUntil - askedAt, 0), MOST_MS);
  words[at + EPOCH] = epoch;
  words[at + TEXT] =
    (length << TEXT_SHIFT) | (isWide ? IS_WIDE : 0) | (text === undefined ? IS_ELSEWHERE : 0);
  if (text === undefined) return;
  const start = textStart(words, unit);
  bytes.write(text, start, length, isWide ? 'utf16le' : 'latin1');
}

const textStart = (words: Int32Array, unit: number): number =>
  unit * UNIT_BYTES +
  HEAD_BYTES +
  wholeWords((words[unit * WORDS_A_UNIT + KEY] ?? 0) >>> KEY_SHIFT);

/** Whether that key stands there. */
export function isKeyAt({ words }: Page, unit: number, key: KeyBytes): boolean {
  const at = unit * WORDS_A_UNIT;
  if (words[at + HASH] !== key.hash) return false;
  if (words[at + KEY] !== ((key.length << KEY_SHIFT) | (key.isNarrow ? 0 : IS_WIDE))) return false;
  const start = at + HEAD_BYTES / 4;
  const count = wholeWords(key.length) / 4;
  for (let i = 0; i < count; i++) if (words[start + i] !== key.words[i]) return false;
  return true;
}

export function readKeyAt({ bytes, words }: Page, unit: number): string {
  const key = words[unit * WORDS_A_UNIT + KEY] ?? 0;
  const start = unit * UNIT_BYTES + HEAD_BYTES;
  const end = start + (key >>> KEY_SHIFT);
  return bytes.toString((key & IS_WIDE) === 0 ? 'latin1' : 'utf16le', start, end);
}

/** The text that stands there; absent: the value lies elsewhere. */
export function readTextAt({ bytes, words }: Page, unit: number): string | undefined {
  const text = words[unit * WORDS_A_UNIT + TEXT] ?? 0;
  if ((text & IS_ELSEWHERE) !== 0) return undefined;
  const start = textStart(words, unit);
  const end = start + (text >>> TEXT_SHIFT);
  return bytes.toString((text & IS_WIDE) === 0 ? 'latin1' : 'utf16le', start, end);
}

export function readLifeAt({ words, doubles }: Page, unit: number): Kept {
  const at = unit * WORDS_A_UNIT;
  const askedAt = doubles[unit] ?? 0;
  return {
    askedAt,
    goodUntil: askedAt + (words[at + GOOD_FOR] ?? 0),
    freshUntil: askedAt + (words[at + FRESH_FOR] ?? 0),
    epoch: words[at + EPOCH] ?? 0,
  };
}

export const wordAt = ({ words }: Page, unit: number, word: number): number =>
  words[unit * WORDS_A_UNIT + word] ?? 0;

export function setWordAt({ words }: Page, unit: number, word: number, value: number): void {
  words[unit * WORDS_A_UNIT + word] = value;
}

export const hashAt = (page: Page, unit: number): number => wordAt(page, unit, HASH);
export const epochAt = (page: Page, unit: number): number => wordAt(page, unit, EPOCH);

/** Notes that the record was given back, and gives its size. */
export function bury(page: Page, unit: number): number {
  setWordAt(page, unit, TEXT, wordAt(page, unit, TEXT) | IS_DEAD);
  return unitsAt(page, unit).units;
}
