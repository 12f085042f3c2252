import { type Placeholder, splitTemplate } from '../../ldap/filters/template.ts';

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
const PLACEHOLDER = /%[^%]/suy;
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

/**
 * Splits a statement.
 * @throws {SyntaxError} with the offset of what can't be read, or could hide something
 */
export function tokensOf(text: string, dialect: Dialect): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let isAttached = false;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const add = (token: Omit<Token, 'at' | 'isAttached'>, length: number): void => {
    tokens.push({ ...token, at, isAttached });
    at += length;
    isAttached = true;
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const blank = take(BLANKS);
    if (blank !== undefined) {
      at += blank.length;
      isAttached = false;
      continue;
    }
    if (take(COMMENTS[dialect]) !== undefined) throw refusal('a comment', at, 'leave it out');
    if (STRING_QUOTES[dialect].includes(char)) {
      const raw = quoted(text, at, dialect === 'mysql' || isEscaped(tokens, isAttached));
      add({ kind: 'string', ...valueOf(raw, at, dialect) }, raw.length);
      continue;
    }
    if (NAME_QUOTES[dialect].includes(char)) {
      const raw = quoted(text, at, false);
      if (splitTemplate(raw, at).some((part) => typeof part !== 'string'))
        throw refusal('a placeholder in a name', at, 'a name can be no value');
      add({ kind: 'name', text: raw.replaceAll('%%', '%') }, raw.length);
      continue;
    }
    const refused = take(REFUSED[dialect]);
    if (refused !== undefined)
      throw refusal(JSON.stringify(refused), at, 'write values in quotes, and %s for the key');
    const place = take(PLACEHOLDER);
    if (place !== undefined) {
      add({ kind: 'place', text: '', parts: splitTemplate(place, at) }, place.length);
      continue;
    }
    if (char === '%' && text[at + 1] === undefined) splitTemplate(char, at);
    const word = take(WORD);
    if (word !== undefined) {
      add({ kind: 'word', text: word }, word.length);
      continue;
    }
    const number = take(NUMBER);
    if (number !== undefined) add({ kind: 'number', text: number }, number.length);
    else add({ kind: 'symbol', text: char }, char === '%' ? 2 : 1);
  }
  return tokens;
}

/** Says what is refused in a statement, where, and what to do. */
export const refusal = (what: string, at: number, remedy: string): SyntaxError =>
  new SyntaxError(`${what} at offset ${at} is refused: ${remedy}`);

/** Whether a string is one of PostgreSQL's `E'…'`, in which a backslash escapes. */
const isEscaped = (before: readonly Token[], isAttached: boolean): boolean =>
  isAttached && /^e$/i.test(before.at(-1)?.text ?? '');

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
