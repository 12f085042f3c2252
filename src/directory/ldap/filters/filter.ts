import { AndFilter, type Filter, NotFilter, OrFilter } from 'ldapts';
import { type Bindable, bindAll, bindOne } from '../../templates/template.ts';
import { type Cursor, expected, readComparison, skipSpace } from './comparison.ts';

/** A filter with places for parts of a key in its values. No key changes its shape. */
export type FilterTemplate = Bindable<Filter>;

/** Deeper filters are refused: some come from the directory, and reading them takes stack. */
const MAX_DEPTH = 50;

/**
 * Reads a filter of RFC 4515. Spaces and newlines may stand between its components, and the outermost parentheses may be
 * missing. `%s` and its like may stand in values.
 * @throws {SyntaxError} with the offset, and what was expected there
 */
export function parseFilter(text: string): FilterTemplate {
  const cursor = { text: text.trimEnd(), at: 0 };
  skipSpace(cursor);
  const isBare = cursor.text[cursor.at] !== '(';
  const filter = isBare ? readComparison(cursor) : readFilter(cursor, 0);
  if (cursor.at < cursor.text.length) throw expected('the end', cursor);
  return filter;
}

function readFilter(cursor: Cursor, depth: number): FilterTemplate {
  if (depth > MAX_DEPTH) throw expected(`at most ${MAX_DEPTH} levels`, cursor);
  take('(', cursor);
  skipSpace(cursor);
  const filter = readInside(cursor, depth);
  skipSpace(cursor);
  take(')', cursor);
  return filter;
}

function readInside(cursor: Cursor, depth: number): FilterTemplate {
  switch (cursor.text.charAt(cursor.at)) {
    case '&':
      return bindAll(readList(cursor, depth), (filters) => new AndFilter({ filters }));
    case '|':
      return bindAll(readList(cursor, depth), (filters) => new OrFilter({ filters }));
    case '!':
      return bindOne(readNext(cursor, depth), (filter) => new NotFilter({ filter }));
    default:
      return readComparison(cursor);
  }
}

/** Reads what follows `&` or `|`, until the closing parenthesis. */
function readList(cursor: Cursor, depth: number): readonly FilterTemplate[] {
  const filters: FilterTemplate[] = [];
  cursor.at++;
  skipSpace(cursor);
  while (cursor.text[cursor.at] === '(') {
    filters.push(readFilter(cursor, depth + 1));
    skipSpace(cursor);
  }
  return filters;
}

function readNext(cursor: Cursor, depth: number): FilterTemplate {
  cursor.at++;
  skipSpace(cursor);
  return readFilter(cursor, depth + 1);
}

function take(mark: string, cursor: Cursor): void {
  if (cursor.text[cursor.at] !== mark) throw expected(`"${mark}"`, cursor);
  cursor.at++;
}
