import { isUtf8 } from 'node:buffer';
import {
  type Bindable,
  hasPlaceholders,
  joinParts,
  splitTemplate,
} from '../../templates/template.ts';

/**
 * Reads a value in a filter: `\2a` stands for a byte, `%s` for part of a key, as it is.
 * @param offset where the value begins in its filter
 * @throws {SyntaxError} with the offset, also where the bytes are no UTF-8
 */
export function readText(raw: string, offset: number): Bindable<string> {
  checkEscapes(raw, offset);
  const parts = splitTemplate(raw, offset).map((part) =>
    typeof part === 'string' ? decode(unescape(part), offset) : part,
  );
  return {
    hasPlaceholders: hasPlaceholders(parts),
    bind: (key) => joinParts(parts, ({ read }) => read(key)),
  };
}

/** As `readText`, but a value without placeholders may be any bytes, such as an objectGUID's. */
export function readValue(raw: string, offset: number): Bindable<string | Buffer> {
  checkEscapes(raw, offset);
  const [first, ...others] = splitTemplate(raw, offset);
  const bytes = typeof first === 'string' && others.length === 0 ? unescape(first) : undefined;
  if (bytes === undefined || isUtf8(bytes)) return readText(raw, offset);
  return { hasPlaceholders: false, bind: () => bytes };
}

function checkEscapes(raw: string, offset: number): void {
  const wrong = raw.search(/\\(?![\da-f]{2})/i);
  if (wrong === -1) return;
  throw new SyntaxError(
    `expected two hexadecimal digits after the backslash at offset ${offset + wrong}, a backslash itself is written \\5c`,
  );
}

/** The bytes of a text, escaped ones among them. */
const unescape = (text: string): Buffer =>
  Buffer.concat(
    text
      .split(/(\\[\da-f]{2})/i)
      .map((part, i) => (i % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part))),
  );

function decode(bytes: Buffer, offset: number): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new SyntaxError(
    `the value at offset ${offset} is no UTF-8: such bytes are compared by = only, without * and placeholders`,
  );
}
