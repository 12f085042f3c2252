import { type Placeholder, splitTemplate } from '../../templates/template.ts';

/** Whose SQL it is: they quote differently. */
export type Dialect = 'postgresql' | 'mysql' | 'sqlite';

/** A piece of a statement that means something; blanks are left out. */
export interface Token {
  readonly kind:
    | /** A keyword or a name without quotes. */ 'word'
    | /** A name in quotes. */ 'name'
    | 'string'
    | 'number'
    | /** A placeholder without quotes. */ 'place'
    | 'symbol';
  /** As it is sent, but for placeholders: `%%` is `%` by now. */
  readonly text: string;
  /** Where it begins in the statement. */
  readonly at: number;
  /** Whether something stands right before it, without a blank. */
  readonly isAttached: boolean;
  /** What a value is made of; absent: there is no placeholder in it. */
  readonly parts?: readonly (string | Placeholder)[];
}

const BLANKS = /\s+/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d[\d.]*(?:e[+-]?\d+)?/iuy;
const PLACEHOLDER = /%(?!%).?/suy;
const COMMENTS: Readonly<Record<Dialect, RegExp>> = {
  postgresql: /--|\/\*/uy,
  mysql: /--|\/\*|#/uy,
  sqlite: /--|\/\*/uy,
};
/** What else a parameter is written with, and what else may hold text. */
const REFUSED: Readonly<Record<Dialect, RegExp>> = {
  postgresql: /\$/uy,
  mysql: /[?@]/uy,
  sqlite: /[?@$:[]/uy,
};
const STRING_QUOTES: Readonly<Record<Dialect, string>> = {
  postgresql: "'",
  mysql: `'"`,
  sqlite: "'",
};
const NAME_QUOTES: Readonly<Record<Dialect, string>> = {
  postgresql: '"',
  mysql: '`',
  sqlite: '"`',
};

/** A statement, as far as it was read. */
interface Place {
  readonly text: string;
  readonly at: number;
  readonly dialect: Dialect;
  readonly before: Token | undefined;
  readonly isAttached: boolean;
}

/** What was read at a place, and how long it is there. */
type Piece = Pick<Token, 'kind' | 'text' | 'parts'> & { readonly length: number };

/** Reads what it knows; absent: it is something else. */
type Reader = (place: Place) => Piece | undefined;

/**
 * Splits a statement.
 * @throws {SyntaxError} with the offset of what can't be read, or could hide something
 */
export function tokensOf(text: string, dialect: Dialect): readonly Token[] {
  const tokens: Token[] = [];
  let isAttached = false;
  for (let at = 0; at < text.length; ) {
    const blank = match(BLANKS, text, at);
    if (blank !== undefined) {
      at += blank.length;
      isAttached = false;
      continue;
    }
    const { length, ...piece } = read({ text, at, dialect, before: tokens.at(-1), isAttached });
    tokens.push({ ...piece, at, isAttached });
    at += length;
    isAttached = true;
  }
  return tokens;
}

function read(place: Place): Piece {
  for (const reader of READERS) {
    const piece = reader(place);
    if (piece !== undefined) return piece;
  }
  const char = place.text.charAt(place.at);
  return { kind: 'symbol', text: char, length: char === '%' ? 2 : 1 };
}

const refuseHidden: Reader = ({ text, at, dialect }) => {
  if (match(COMMENTS[dialect], text, at) !== undefined)
    throw refusal('a comment', at, 'leave it out');
  const refused = match(REFUSED[dialect], text, at);
  if (refused === undefined) return undefined;
  throw refusal(JSON.stringify(refused), at, 'write values in quotes, and %s for the key');
};

const readString: Reader = ({ text, at, dialect, before, isAttached }) => {
  if (!STRING_QUOTES[dialect].includes(text.charAt(at))) return undefined;
  const raw = quoted(text, at, dialect === 'mysql' || isEscaped(before, isAttached));
  return { kind: 'string', ...valueOf(raw, at, dialect), length: raw.length };
};

const readName: Reader = ({ text, at, dialect }) => {
  if (!NAME_QUOTES[dialect].includes(text.charAt(at))) return undefined;
  const raw = quoted(text, at, false);
  if (splitTemplate(raw, at).some((part) => typeof part !== 'string'))
    throw refusal('a placeholder in a name', at, 'a name can be no value');
  return { kind: 'name', text: raw.replaceAll('%%', '%'), length: raw.length };
};

const readPlace: Reader = ({ text, at }) => {
  const place = match(PLACEHOLDER, text, at);
  if (place === undefined) return undefined;
  return { kind: 'place', text: '', parts: splitTemplate(place, at), length: place.length };
};

const readOther =
  (kind: Token['kind'], pattern: RegExp): Reader =>
  ({ text, at }) => {
    const own = match(pattern, text, at);
    return own === undefined ? undefined : { kind, text: own, length: own.length };
  };

const READERS: readonly Reader[] = [
  refuseHidden,
  readString,
  readName,
  readPlace,
  readOther('word', WORD),
  readOther('number', NUMBER),
];

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Says what is refused in a statement, where, and what to do. */
export const refusal = (what: string, at: number, remedy: string): SyntaxError =>
  new SyntaxError(`${what} at offset ${at} is refused: ${remedy}`);

/** Whether a string is one of PostgreSQL's `E'…'`, in which a backslash escapes. */
const isEscaped = (before: Token | undefined, isAttached: boolean): boolean =>
  isAttached && /^e$/i.test(before?.text ?? '');

/** What stands between quotes, with them. */
function quoted(text: string, from: number, hasBackslashes: boolean): string {
  const quote = text.charAt(from);
  for (let i = from + 1; i < text.length; i++) {
    if (hasBackslashes && text[i] === '\\') i += 1;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return text.slice(from, i + 1);
      i += 1;
    }
  }
  throw new SyntaxError(`the ${quote} at offset ${from} is not closed`);
}

/** A string with placeholders is one value; else it is sent as it stands. */
function valueOf(raw: string, at: number, dialect: Dialect): Pick<Token, 'text' | 'parts'> {
  const quote = raw.charAt(0);
  const inner = raw.slice(1, -1);
  const parts = splitTemplate(inner, at + 1);
  if (parts.every((part) => typeof part === 'string')) return { text: raw.replaceAll('%%', '%') };
  const decode = (part: string): string => {
    const text = part.replaceAll(quote + quote, quote);
    return dialect === 'mysql' ? text.replaceAll(/\\(.)/gsu, decodeEscape) : text;
  };
  return { text: '', parts: parts.map((part) => (typeof part === 'string' ? decode(part) : part)) };
}

/** MySQL's escapes in strings; `\%` and `\_` are for patterns only and stay as they are. */
const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
  _: '\\_',
};

const decodeEscape = (_: string, letter: string): string => ESCAPES[letter] ?? letter;
