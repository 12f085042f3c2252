import { codeOf } from '../../reason.ts';
import { byteSet, type CharacterSet, type Held, withoutUnheld } from '../sql/text/held.ts';

/** A value has a letter that the database's encoding has not. */
const UNTRANSLATABLE = '22P05';

/** Whether an error says so. */
export const isUnheld = (error: unknown): boolean => codeOf(error) === UNTRANSLATABLE;

/**
 * What to ask a database for that could not read some values: none of its columns holds what its encoding has not. Absent: the
 * encoding is none of those that we know.
 */
export function heldBy(encoding: string, values: readonly string[]): Held | undefined {
  const set = setOf(encoding.toUpperCase());
  return set === undefined ? undefined : withoutUnheld(values, [set]);
}

function setOf(encoding: string): CharacterSet | undefined {
  if (encoding === 'LATIN1') return LATIN1;
  const label = LABELS.get(encoding);
  return label === undefined ? undefined : byteSet(label);
}

/** `TextDecoder` has Windows' 1252 in its place. */
const LATIN1: CharacterSet = {
  holds: (character) => character < '\u0100',
  decode: (bytes) => Buffer.from(bytes).toString('latin1'),
};

/** What `TextDecoder` calls them. @see https://www.postgresql.org/docs/current/multibyte.html */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['LATIN2', 'iso-8859-2'],
  ['LATIN9', 'iso-8859-15'],
  ['WIN1250', 'windows-1250'],
  ['WIN1251', 'windows-1251'],
  ['WIN1252', 'windows-1252'],
  ['KOI8R', 'koi8-r'],
]);
