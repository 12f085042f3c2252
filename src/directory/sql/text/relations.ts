import type { Token } from './tokens.ts';

/** A table or view that a statement reads from. */
export interface Relation {
  /** As the statement writes it. */
  readonly name: string;
  /** Whether nothing is found unless it has a row: it stands first, or is joined inwardly, outside all brackets. */
  readonly isNeeded: boolean;
}

/** One pair of brackets, or the statement itself. */
interface Frame {
  /** Whether it is a query, rather than a function's arguments or an expression. */
  readonly isQuery: boolean;
  /** Whether names of relations follow, and are separated by commas. */
  isInFrom: boolean;
}

/** Names what a statement reads from, each once, without the queries that it names itself (`WITH`) and functions. */
export function relationsOf(tokens: readonly Token[]): readonly Relation[] {
  const own = namedQueries(tokens);
  const isWhole = !outside(tokens).some(({ kind, text }) => kind === 'word' && BESIDES.test(text));
  const found = new Map<string, Relation>();
  for (const { at, depth } of places(tokens)) {
    const name = nameAt(tokens, at);
    if (name === undefined || own.has(name.toLowerCase()) || /^dual$/i.test(name)) continue;
    const isNeeded = isWhole && depth === 1 && !isOuter(tokens, at);
    found.set(name, { name, isNeeded: isNeeded || found.get(name)?.isNeeded === true });
  }
  return [...found.values()];
}

/** Those outside all brackets. */
export function outside(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  return tokens.filter(({ text }) => {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    return depth === 0;
  });
}

/** Words by which rows are found without what stands first, or is joined. */
const BESIDES = /^(?:union|right|full)$/i;
const CLAUSES = /^(?:where|group|having|order|limit|offset|fetch|union|except|intersect|window)$/i;

/** Where names of relations stand, and within how many brackets. */
function* places(tokens: readonly Token[]): Iterable<{ at: number; depth: number }> {
  const frames: Frame[] = [{ isQuery: true, isInFrom: false }];
  for (const [i, token] of tokens.entries()) {
    if (token.text === '(') frames.push({ isQuery: beginsQuery(tokens[i + 1]), isInFrom: false });
    if (token.text === ')') frames.pop();
    const frame = frames.at(-1);
    if (frame === undefined) return;
    if (token.kind === 'word' && CLAUSES.test(token.text)) frame.isInFrom = false;
    if (!frame.isQuery || !opens(token, tokens[i - 1], frame)) continue;
    frame.isInFrom = true;
    yield { at: i + 1, depth: frames.length };
  }
}

const beginsQuery = (token: Token | undefined): boolean =>
  token?.kind === 'word' && /^(?:select|with)$/i.test(token.text);

/** Whether a relation's name follows: behind `FROM`, `JOIN` and their commas, but not behind `IS DISTINCT FROM`. */
function opens({ kind, text }: Token, before: Token | undefined, { isInFrom }: Frame): boolean {
  if (text === ',') return isInFrom;
  return (
    kind === 'word' && /^(?:from|join)$/i.test(text) && !/^distinct$/i.test(before?.text ?? '')
  );
}

/** `LEFT JOIN`, `LEFT OUTER JOIN`: the other side is found without it. */
const isOuter = (tokens: readonly Token[], at: number): boolean =>
  tokens.slice(Math.max(0, at - 3), at).some(({ text }) => /^(?:left|outer)$/i.test(text));

/** The name that stands there; absent: it is a query, a function, or nothing. */
function nameAt(tokens: readonly Token[], from: number): string | undefined {
  const after = tokens.slice(from);
  const start = after.findIndex(({ text }) => !/^(?:only|lateral)$/i.test(text));
  let name = '';
  for (let i = start; ; i += 2) {
    const part = after[i];
    if (part === undefined || !isName(part)) return undefined;
    name += part.text;
    const next = after[i + 1]?.text;
    if (next === '(') return undefined;
    if (next !== '.') return name;
    name += '.';
  }
}

const isName = ({ kind }: Token): boolean => kind === 'word' || kind === 'name';

/** The names of the queries that a `WITH` defines. */
function namedQueries(tokens: readonly Token[]): ReadonlySet<string> {
  const names = tokens.filter((token, i) => isName(token) && isDefined(tokens, i));
  return new Set(names.map(({ text }) => text.toLowerCase()));
}

/** Whether the name at `i` is followed by `AS (`, with its columns before that or without. */
function isDefined(tokens: readonly Token[], i: number): boolean {
  let at = i + 1;
  if (tokens[at]?.text === '(') at = tokens.findIndex(({ text }, j) => j > at && text === ')') + 1;
  const [as = '', body = ''] = [tokens[at]?.text, tokens[at + 1]?.text];
  return /^as$/i.test(as) && /^(?:\(|materialized|not)$/i.test(body);
}
