import { parseDomain } from '../../address/address.ts';
import { parseStatement } from '../../directory/sql/text/statement.ts';
import type { Dialect } from '../../directory/sql/text/tokens.ts';
import { parseResultFormat } from '../../directory/templates/resultformat.ts';
import type { Reader } from './reader.ts';

/** A table as the configuration writes it. What is undefined is left out. */
export interface SqlTable {
  readonly query: string | undefined;
  readonly resultFormat: string | undefined;
  readonly domain: readonly string[] | undefined;
  readonly expansionLimit: number | undefined;
}

/** Reads what a table asks and answers, in the words of `mysql_table(5)`, `pgsql_table(5)` and `sqlite_table(5)`. */
export function readSqlTable(reader: Reader, dialect: Dialect): SqlTable {
  const resultFormat = reader.text('result_format');
  if (resultFormat !== undefined) tryText(reader, 'result_format', resultFormat, parseResultFormat);
  const expansionLimit = reader.number('expansion_limit', 0);
  return {
    query: readQuery(reader, dialect),
    resultFormat: resultFormat === '' || resultFormat === '%s' ? undefined : resultFormat,
    domain: readDomains(reader),
    expansionLimit: expansionLimit === 0 ? undefined : expansionLimit,
  };
}

/** A statement, or one put together of the parts that Postfix 2.1 and before had. */
function readQuery(reader: Reader, dialect: Dialect): string | undefined {
  const query = reader.text('query') ?? '';
  const old = readOld(reader, dialect);
  const text = query === '' ? old : query;
  if (query !== '' && old !== undefined)
    reader.note('query', 'it counts, and the parts of the old form beside it do not');
  if (text === undefined) {
    reader.lack('query', 'it is missing, and so are the parts of the old form');
    return undefined;
  }
  tryText(reader, 'query', text, (own) => parseStatement(own, dialect));
  return text;
}

function readOld(reader: Reader, dialect: Dialect): string | undefined {
  const call = reader.text('select_function') ?? '';
  const names = ['select_field', 'table', 'where_field'].map((name) => reader.text(name) ?? '');
  const more = (reader.text('additional_conditions') ?? '').replaceAll('%', '%%').trim();
  if (call !== '' && dialect === 'postgresql') return `SELECT ${call}('%s')`;
  if (names.includes('')) return undefined;
  const [field, table, where] = names;
  return `SELECT ${field} FROM ${table} WHERE ${where} = '%s' ${more}`.trim();
}

/** Says what can't be read, and writes it all the same: whoever mends it has it before their eyes. */
function tryText(
  reader: Reader,
  name: string,
  text: string,
  read: (text: string) => unknown,
): void {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    reader.lack(name, error.message);
  }
}

/** Domains alone: a file of them, another table or an exception would have to be written out. */
function readDomains(reader: Reader): readonly string[] | undefined {
  const items = reader.list('domain');
  if (items === undefined || items.length === 0) return undefined;
  const others = items.filter((item) => item.includes('/') || parseDomain(item) === undefined);
  if (others.length === 0) return items;
  reader.lack(
    'domain',
    `${others.join(', ')} can't be carried over, and without the list the table is asked for every key: write all the domains`,
  );
  return undefined;
}
