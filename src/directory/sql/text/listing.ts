import { checkReadOnly } from './refusals.ts';
import { outside } from './relations.ts';
import { type Dialect, refusal, type Token, tokensOf } from './tokens.ts';

/** A statement that lists everybody, as it is read: in parts, in the order of one column. */
export interface Listing {
  /** `people.listAccounts`. */
  readonly name: string;
  /** The column that tells one from the other. */
  readonly key: string;
  /** The first so many rows. */
  readonly first: (most: number) => string;
  /** So many rows from a key on, which is its value. */
  readonly from: (most: number) => string;
  /** All rows of one key. */
  readonly of: string;
  /** How many rows there are: column `n`. */
  readonly count: string;
  /** The keys of so many who changed since a time, which is its value; absent: it has no column `changed`. */
  readonly changed?: (most: number) => string;
}

/** What stands in the way of reading in parts. */
const CUTTING = /^(?:order|limit|offset|fetch)$/i;

/**
 * Reads the statement of a setting that lists everybody.
 * @param keys columns that tell one from the other; the first that the statement names counts
 * @throws {SyntaxError} with the setting and the offset of what is refused
 */
export function readListing(
  name: string,
  text: string,
  keys: readonly [string, ...string[]],
  dialect: Dialect,
): Listing {
  try {
    return { name, ...parseListing(text, keys, dialect) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`${name}: ${error.message}`, { cause: error });
  }
}

/** The same, of a text alone. */
export function parseListing(
  text: string,
  keys: readonly [string, ...string[]],
  dialect: Dialect,
): Omit<Listing, 'name'> {
  const tokens = tokensOf(text, dialect);
  const whole = tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens;
  checkReadOnly(whole, dialect);
  checkWhole(whole);
  const columns = columnsOf(whole);
  // Whoever asks for all columns has to have those that count.
  const named = (column: string): boolean => columns.has(column) || columns.has('*');
  const key = keys.find(named) ?? keys[0];
  const value = dialect === 'postgresql' ? '$1' : '?';
  const all = `(${write(whole)}) AS idpmap_listed`;
  return {
    key,
    first: (most) => `SELECT * FROM ${all} ORDER BY ${key} LIMIT ${most}`,
    from: (most) => `SELECT * FROM ${all} WHERE ${key} >= ${value} ORDER BY ${key} LIMIT ${most}`,
    of: `SELECT * FROM ${all} WHERE ${key} = ${value}`,
    count: `SELECT count(*) AS n FROM ${all}`,
    ...(named('changed') && {
      changed: (most: number) =>
        `SELECT DISTINCT ${key} FROM ${all} WHERE changed >= ${value} LIMIT ${most}`,
    }),
  };
}

/** The columns that it gives, as far as they have names: what stands last before each comma, and before `FROM`. */
function columnsOf(tokens: readonly Token[]): ReadonlySet<string> {
  const top = outside(tokens);
  const begun = top.slice(top.findIndex(({ text }) => /^select$/i.test(text)) + 1);
  const end = begun.findIndex(({ text }) => /^from$/i.test(text));
  const list = end === -1 ? begun : begun.slice(0, end);
  const last = list.filter((_, i) => (list[i + 1]?.text ?? ',') === ',');
  return new Set(last.filter(({ kind }) => kind !== 'string').map(({ text }) => nameIn(text)));
}

const nameIn = (text: string): string => text.replaceAll(/["`]/g, '').toLowerCase();

/** Sees to it that it shows everybody. */
function checkWhole(tokens: readonly Token[]): void {
  let depth = 0;
  for (const { kind, text, at, parts } of tokens) {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (parts !== undefined) throw refusal('a placeholder', at, 'it lists everybody, for no key');
    if (kind !== 'word') continue;
    if (/^call$/i.test(text)) throw refusal('CALL', at, 'a listing is a SELECT');
    if (depth === 0 && CUTTING.test(text))
      throw refusal(text.toUpperCase(), at, 'it is read in parts, which have their own order');
  }
}

const write = (tokens: readonly Token[]): string =>
  tokens.map(({ text, isAttached }, i) => (isAttached || i === 0 ? text : ` ${text}`)).join('');
