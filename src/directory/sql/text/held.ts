/** Letters that a column can hold, of those that Unicode has. */
export interface CharacterSet {
  readonly holds: (character: string) => boolean;
  /** What bytes are in it; absent: it has none beyond ASCII's. */
  readonly decode?: (bytes: Uint8Array) => string;
}

/** What to ask in the place of values of which no column can hold a character. */
export interface Held {
  /** They equal as little, and what else a statement asks for is found still. */
  readonly values: readonly string[];
  /** As programs have stored them that took UTF-8 for the character set of the column: `дима` is `Ð´Ð¸Ð¼Ð°`. */
  readonly misread: readonly (readonly string[])[];
}

/** Stands in no address, and in every character set for itself. */
const NOBODYS = '\u001a';

/** Makes what to ask of columns of these character sets; absent: they can hold all of these values. */
export function withoutUnheld(
  values: readonly string[],
  sets: readonly CharacterSet[],
): Held | undefined {
  const isHeld = (character: string): boolean => sets.some(({ holds }) => holds(character));
  const made = values.map((value) =>
    Array.from(value, (each) => (isHeld(each) ? each : NOBODYS)).join(''),
  );
  if (made.every((value, i) => value === values[i])) return undefined;
  // As people mostly write it.
  const bytes = values.map((value) => new TextEncoder().encode(value.normalize('NFC')));
  const misread = sets.flatMap(({ decode }) => (decode === undefined ? [] : [bytes.map(decode)]));
  return { values: made, misread };
}

/** ASCII alone. */
export const ASCII: CharacterSet = { holds: (character) => character < '\u0080' };

/** One whose characters are a byte each, by the name that `TextDecoder` has for it. */
export function byteSet(label: string): CharacterSet {
  const decoder = new TextDecoder(label);
  const decode = (bytes: Uint8Array): string => decoder.decode(bytes);
  const held = new Set(decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)));
  return { holds: (character) => held.has(character), decode };
}
