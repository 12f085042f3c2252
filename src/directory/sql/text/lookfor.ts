import type { Dialect, Token } from './tokens.ts';

/** How a column is compared with letters, byte by byte, whatever its collation: `contains` makes it true where it has one. */
const CONTAINS: Readonly<Record<Dialect, (column: string, letters: string) => string>> = {
  postgresql: (column, letters) => `CAST(${column} AS text) ~ '[${letters}]'`,
  mysql: (column, letters) =>
    `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin REGEXP '[${letters}]'`,
  sqlite: (column, letters) => `${column} GLOB '*[${letters}]*'`,
};

/** So many rows are taken note of. */
const MOST = 1000;

/**
 * Makes a statement of another one that shows, in the same columns, whoever is stored with one of `letters`, which are no signs:
 * where `column = '%s'` stood, the column has one; any domain will do. What else asks for a key finds nothing.
 * Absent: no column is compared with an address, or rows are left out.
 */
export function lookFor(
  all: readonly Token[],
  letters: string,
  dialect: Dialect,
): string | undefined {
  const tokens = withoutLimit(all);
  if (tokens.some(({ kind, text }) => kind === 'word' && LEAVING.test(text))) return undefined;
  const written: string[] = [];
  let isLooking = false;
  for (const [i, token] of tokens.entries()) {
    const asked = partsAsked(token);
    const from = asked === 'other' ? undefined : comparedFrom(tokens, i);
    if (from === undefined) {
      written.push(blankBefore(token, i) + (token.parts === undefined ? token.text : "''"));
      continue;
    }
    const column = written.splice(from).slice(0, -1).join('').trim();
    const isAddress = asked === 'address';
    isLooking ||= isAddress;
    // Places in `written` stay those of the tokens.
    written.push(...Array.from({ length: i - from }, () => ''));
    written.push(` ${isAddress ? CONTAINS[dialect](column, letters) : '1 = 1'}`);
  }
  return isLooking ? `${written.join('')} LIMIT ${MOST}` : undefined;
}

/** A limit at the end is for one address: more than one may be looked for. */
const withoutLimit = (tokens: readonly Token[]): readonly Token[] =>
  /^limit$/i.test(tokens.at(-2)?.text ?? '') && tokens.at(-1)?.kind === 'number'
    ? tokens.slice(0, -2)
    : tokens;

const blankBefore = ({ isAttached }: Token, i: number): string =>
  isAttached || i === 0 ? '' : ' ';

/** Words of what shows fewer rows, or others, than there are. */
const LEAVING = /^(?:limit|fetch|offset|group|having|min|max|any_value|call)$/i;

/** What of a key a value holds: all or its local part, its domain alone, or less, or with something around it. */
function partsAsked({ parts = [] }: Token): 'address' | 'domain' | 'other' {
  const letters = parts
    .map((part) => (typeof part === 'string' ? part : `%${part.letter}`))
    .join('');
  if (/^(?:%[su]|%u@%d)$/i.test(letters)) return 'address';
  return /^%d$/i.test(letters) ? 'domain' : 'other';
}

/** Where the column begins that is compared with the value at `i`, `column = '%s'`; absent: none is. */
function comparedFrom(tokens: readonly Token[], i: number): number | undefined {
  const [before, sign] = [tokens[i - 2], tokens[i - 1]];
  if (sign?.text !== '=' || before === undefined) return undefined;
  // `<=`, `!=`, and SQLite's `==`, too.
  if (before.kind === 'symbol' && before.text !== ')') return undefined;
  const from = operandFrom(tokens, i - 2);
  // Part of an expression: `local || '@' || domain`.
  const ahead = from === undefined ? undefined : tokens[from - 1];
  return ahead?.kind === 'symbol' && ahead.text !== '(' ? undefined : from;
}

/** Where the operand begins that ends at `end`: a name, with those of its table and schema, or a function's call. */
function operandFrom(tokens: readonly Token[], end: number): number | undefined {
  if (tokens[end]?.text !== ')') return nameFrom(tokens, end);
  const opening = openingOf(tokens, end);
  return opening === undefined ? undefined : (nameFrom(tokens, opening - 1) ?? opening);
}

/** Where the name begins that ends at `end`. */
function nameFrom(tokens: readonly Token[], end: number): number | undefined {
  if (!isName(tokens[end])) return undefined;
  let from = end;
  while (tokens[from - 1]?.text === '.' && isName(tokens[from - 2])) from -= 2;
  return from;
}

/** Where the bracket was opened that is closed at `end`. */
function openingOf(tokens: readonly Token[], end: number): number | undefined {
  let depth = 0;
  const at = tokens.slice(0, end + 1).findLastIndex(({ text }) => {
    if (text === ')') depth += 1;
    if (text === '(') depth -= 1;
    return depth === 0;
  });
  return at === -1 ? undefined : at;
}

const isName = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'name' || token.kind === 'word') &&
  !/^(?:where|and|or|not|on|when|in)$/i.test(token.text);
