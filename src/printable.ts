/**
 * What is no letter, sign or space that people see: it would move a terminal's cursor, turn text round (bidirectional
 * controls), hide, or end a line.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Shows text from outside in one line, whatever it holds: what is not seen as JSON writes it, `\u001b`. All that people,
 * terminals and logs get goes through here.
 */
export const printable = (text: string): string => text.replace(UNSEEN, escape);

/** The same for text in lines of our own. */
export const printableLines = (text: string): string =>
  text.replace(UNSEEN, (unseen) => (unseen === '\n' ? unseen : escape(unseen)));

/** The same for all texts in a value, for JSON that somebody else decodes and shows. A stack keeps its lines. */
export function printableValue(value: unknown, name?: string): unknown {
  if (typeof value === 'string') return name === 'stack' ? printableLines(value) : printable(value);
  if (Array.isArray(value)) return value.map((each) => printableValue(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [printable(key), printableValue(each, key)]),
  );
}

/** Shows what should be a URL or a server: a login in it is no address, and shall not be printed, whatever its password holds. */
export const hideLogin = (text: string): string => text.replace(/^([a-z+]+:\/\/)?.*@/is, '$1***@');

/** In UTF-16 units, as JSON has them. */
const escape = (unseen: string): string =>
  Array.from({ length: unseen.length }, (_, i) => unseen.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
