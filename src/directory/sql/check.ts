import type { Misfit } from '../../config/settings/directories.ts';
import { tryRead } from '../readable.ts';
import { parseResultFormat } from '../templates/resultformat.ts';
import type { QuestionSettings } from './settings.ts';
import { parseStatement } from './text/statement.ts';
import type { Dialect } from './text/tokens.ts';

/** Finds the statements and formats that can't be read, all of them, without a server. */
export function checkStatements(
  { people, listDomains, tables }: Pick<QuestionSettings, 'people' | 'listDomains' | 'tables'>,
  dialect: Dialect,
): readonly Misfit[] {
  const read = (text: string): unknown => parseStatement(text, dialect);
  return [
    ...Object.entries(people).flatMap(([name, text]) => tryRead(['people', name], text, read)),
    ...tryRead(['listDomains'], listDomains, read),
    ...Object.entries(tables).flatMap(([name, { query, resultFormat }]) => [
      ...tryRead(['tables', name, 'query'], query, read),
      ...tryRead(['tables', name, 'resultFormat'], resultFormat, parseResultFormat),
    ]),
  ];
}
