import { type Dialect, refusal, type Token } from './tokens.ts';

/** How a statement that only reads begins. */
const BEGINNINGS: Readonly<Record<Dialect, RegExp>> = {
  postgresql: /^(?:select|with)$/i,
  mysql: /^(?:select|with|call)$/i,
  sqlite: /^(?:select|with)$/i,
};
/** Words of what writes or locks, wherever they stand: a `WITH` may hold a `DELETE`. */
const WRITING = /^(?:insert|update|delete|merge|into)$/i;

/**
 * Sees to it that it is one statement, and that it reads.
 * @throws {SyntaxError} with the offset of what doesn't
 */
export function checkReadOnly(tokens: readonly Token[], dialect: Dialect): void {
  const first = tokens.find(({ text }) => text !== '(');
  if (first === undefined) throw new SyntaxError('there is no statement');
  if (first.kind !== 'word' || !BEGINNINGS[dialect].test(first.text)) {
    const allowed = dialect === 'mysql' ? 'SELECT, WITH or CALL' : 'SELECT or WITH';
    throw refusal(JSON.stringify(first.text), first.at, `a statement begins with ${allowed}`);
  }
  for (const [i, { kind, text, at }] of tokens.entries()) {
    if (text === ';' && kind === 'symbol') throw refusal('a second statement', at, 'write one');
    if (kind === 'word' && writes(tokens, i))
      throw refusal(text.toUpperCase(), at, 'a statement reads and locks nothing');
  }
}

/** Whether the word at `i` is one of what writes or locks. A column may be called so, behind its table. */
function writes(tokens: readonly Token[], i: number): boolean {
  const [before = '', text = '', next = ''] = [i - 1, i, i + 1].map((at) => tokens[at]?.text);
  const locks = /^for$/i.test(text) && /^(?:share|key|no)$/i.test(next);
  return before !== '.' && (WRITING.test(text) || locks);
}

/** Words and symbols after which a pattern stands. */
const PATTERN_WORDS = /^(?:like|ilike|similar|regexp|rlike|glob|match|against|escape)$/i;
const PATTERN_SYMBOLS = /^(?:~|@@|@\?)$/;
/** What ends the operand of a pattern, at its own depth. */
const PATTERN_ENDS =
  /^(?:and|or|xor|then|else|end|when|where|order|group|having|limit|union|except|intersect|from|as|on|,)$/i;

/** Functions that read a text as a pattern, a path, a query or a name, or wait as long as they are told. */
const INTERPRETING =
  /^(?:regexp\w*|r?like|ilike|glob|match|against|similar\w*|\w*to_tsquery|query_to_xml\w*|dblink\w*|xpath\w*|xmltable|jsonb?_path\w*|load_\w+|pg_read\w*|pg_ls\w*|pg_sleep\w*|sleep|benchmark|get_lock|pg_\w*advisory\w*|lo_\w+|set_config|to_reg\w+|format|edit|writefile|readfile|eval)$/i;

/**
 * Sees to it that no key is read as anything but a value.
 * @throws {SyntaxError} with the offset of a placeholder that would be
 */
export function checkPlaces(tokens: readonly Token[]): void {
  /** The functions whose brackets are open; empty: none. */
  const functions: string[] = [];
  /** How many brackets were open where a pattern began. */
  let patternAt: number | undefined;
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    if (token.text === '(') functions.push(before?.kind === 'word' ? before.text : '');
    if (token.text === ')') functions.pop();
    if (patternAt !== undefined && endsPattern(token, functions.length, patternAt))
      patternAt = undefined;
    if (token.parts !== undefined) {
      checkNeighbours(token, before, tokens[i + 1]);
      checkSurroundings(token, functions, patternAt !== undefined);
    }
    if (beginsPattern(token, before)) patternAt = functions.length;
  }
}

function checkSurroundings(
  { at }: Token,
  functions: readonly string[],
  isInPattern: boolean,
): void {
  if (isInPattern)
    throw refusal('a placeholder in a pattern', at, "a key's wildcards would match others");
  const interpreting = functions.find((name) => INTERPRETING.test(name));
  if (interpreting !== undefined)
    throw refusal(`a placeholder in ${interpreting}()`, at, 'a key would be more than a value');
}

function beginsPattern(token: Token, before: Token | undefined): boolean {
  const { kind, text, isAttached } = token;
  if (kind === 'word') return PATTERN_WORDS.test(text) && before?.text !== '.';
  if (kind !== 'symbol') return false;
  const both = before?.kind === 'symbol' && isAttached ? before.text + text : '';
  return PATTERN_SYMBOLS.test(text) || PATTERN_SYMBOLS.test(both);
}

const endsPattern = ({ text, kind }: Token, depth: number, patternAt: number): boolean =>
  depth < patternAt ||
  (depth === patternAt && (kind === 'word' || text === ',') && PATTERN_ENDS.test(text));

/** A value stands for itself: `E'%s'`, `_utf8'%s'`, `table_%d` and `%d.users` would make something else of it. */
function checkNeighbours(token: Token, before: Token | undefined, next: Token | undefined): void {
  const isGlued = ({ kind, text }: Token): boolean => kind !== 'symbol' || text === '.';
  const left = token.isAttached && before !== undefined && isGlued(before);
  const right = next?.isAttached === true && isGlued(next);
  if (left || right)
    throw refusal(
      'a placeholder that touches something',
      token.at,
      'a key is a whole value, not a part of a name or of a string with a prefix',
    );
}
