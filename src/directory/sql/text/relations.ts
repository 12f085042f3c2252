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
  isQuery: boolean;
  /** Whether names of relations follow, and are separated by commas. */
  isInFrom: boolean;
}

/** Names what a statement reads from, each once, without the queries that it names itself (`WITH`) and functions. */
export function relationsOf(tokens: readonly Token[]): readonly Relation[] {
  const own = namedQueries(tokens);
  const found = new Map<string, Relation>();
  const frames: Frame[] = [{ isQuery: true, isInFrom: false }];
  for (const [i, { text, kind }] of tokens.entries()) {
    const frame = frames.at(-1);
    if (frame === undefined) break;
    if (text === '(') frames.push({ isQuery: beginsQuery(tokens[i + 1]), isInFrom: false });
    else if (text === ')') frames.pop();
    else if (kind === 'word' && CLAUSES.test(text)) frame.isInFrom = false;
    const opens =
      (kind === 'word' && /^(?:from|join)$/i.test(text) && !isDistinctFrom(tokens, i)) ||
      (text === ',' && frame.isInFrom);
    if (!(opens && frame.isQuery)) continue;
    frame.isInFrom = true;
    const name = nameAt(tokens, i + 1);
    if (name === undefined || own.has(name.toLowerCase()) || /^dual$/i.test(name)) continue;
    const isNeeded = frames.length === 1 && !isOuter(tokens, i) && !isUnion(tokens);
    found.set(name, { name, isNeeded: isNeeded || found.get(name)?.isNeeded === true });
  }
  return [...found.values()];
}

const CLAUSES = /^(?:where|group|having|order|limit|offset|fetch|union|except|intersect|window)$/i;

const beginsQuery = (token: Token | undefined): boolean =>
  token?.kind === 'word' && /^(?:select|with)$/i.test(token.text);

const isDistinctFrom = (tokens: readonly Token[], i: number): boolean =>
  /^distinct$/i.test(tokens[i - 1]?.text ?? '');

/** `LEFT JOIN`, `LEFT OUTER JOIN` and the like: the other side is found without it, or it without the other side. */
const isOuter = (tokens: readonly Token[], i: number): boolean =>
  tokens.slice(Math.max(0, i - 2), i).some(({ text }) => /^(?:left|right|full|outer)$/i.test(text));

const isUnion = (tokens: readonly Token[]): boolean =>
  tokens.some(({ kind, text }) => kind === 'word' && /^(?:union|right|full)$/i.test(text));

/** The name that stands at `i`; absent: it is a query, a function, or nothing. */
function nameAt(tokens: readonly Token[], i: number): string | undefined {
  let at = i;
  while (/^(?:only|lateral)$/i.test(tokens[at]?.text ?? '')) at += 1;
  let name = '';
  for (;;) {
    const part = tokens[at];
    if (part?.kind !== 'word' && part?.kind !== 'name') return undefined;
    name += part.text;
    at += 1;
    if (tokens[at]?.text !== '.') break;
    name += '.';
    at += 1;
  }
  return tokens[at]?.text === '(' ? undefined : name;
}

/** The names of the queries that a `WITH` defines. */
function namedQueries(tokens: readonly Token[]): ReadonlySet<string> {
  const names = tokens.flatMap(({ text, kind }, i) => {
    const next = tokens[i + 1]?.text ?? '';
    const isDefined = /^as$/i.test(next) && /^(?:\(|materialized|not)$/i.test(tokens[i + 2]?.text ?? '');
    const hasColumns = next === '(' && isDefinition(tokens, i + 1);
    return (kind === 'word' || kind === 'name') && (isDefined || hasColumns) ? [text] : [];
  });
  return new Set(names.map((name) => name.toLowerCase()));
}

/** Whether the brackets at `i` are followed by `AS (`. */
function isDefinition(tokens: readonly Token[], i: number): boolean {
  const end = tokens.findIndex(({ text }, at) => at > i && text === ')');
  return /^as$/i.test(tokens[end + 1]?.text ?? '') && tokens[end + 2]?.text === '(';
}
