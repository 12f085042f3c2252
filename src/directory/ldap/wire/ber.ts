import type { BerReader } from 'ldapts';

/** Goes into what begins here; gives where it ends. Lengths of four bytes may be negative to the reader. */
export function enter(reader: BerReader, tag?: number): number {
  present(reader.readSequence(tag));
  if (reader.length < 0 || reader.length > reader.remain) throw new Error(TORN);
  return reader.offset + reader.length;
}

/** Reads one after the other up to `end`, which must be where the last one ends. */
export function readUntil(reader: BerReader, end: number, read: () => void): void {
  while (reader.offset < end) {
    const begin = reader.offset;
    read();
    if (reader.offset <= begin || reader.offset > end) throw new Error(TORN);
  }
}

/** Reads what may be absent, of this kind, before `end`. */
export function readOptional<T>(
  reader: BerReader,
  end: number,
  tag: number,
  read: () => T | null,
): T | undefined {
  return reader.offset < end && reader.peek() === tag ? present(read()) : undefined;
}

/** The reader gives `null` where its bytes end too early. */
export function present<T>(value: T | null): T {
  if (value === null) throw new Error('an answer that ends in the middle');
  return value;
}

const TORN = 'an answer whose parts do not fit into one another';
