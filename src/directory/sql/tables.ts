import { foldDomain, foldKey, parseDomain } from '../../address/address.ts';
import { Fault } from '../directory.ts';
import { believeAbsent } from '../people/spelling.ts';
import { parseResultFormat, type ResultFormat } from '../templates/resultformat.ts';
import { type TemplateKey, templateKey } from '../templates/template.ts';
import type { Work } from './connect/ask.ts';
import type { Row } from './engine.ts';
import { type Part, readPart } from './parts.ts';
import { textsIn } from './people/values.ts';
import type { SqlTableSettings } from './settings.ts';
import { spelledKeys } from './spelled.ts';
import type { Dialect } from './text/tokens.ts';

/** One table, which answers what Postfix's table of the same settings would. */
export interface Table {
  readonly part: Part;
  /** Absent: there is nothing to ask for this key, so nothing is there for it. */
  readonly question: (key: string) => Work<string> | undefined;
}

/**
 * Makes the questions of one table.
 * @throws {SyntaxError} where its statement or format can't be read
 * @see pgsql_table(5), mysql_table(5), sqlite_table(5)
 */
export function createTable(name: string, settings: SqlTableSettings, dialect: Dialect): Table {
  const within = `tables.${name}`;
  const part = readPart(`${within}.query`, settings.query, dialect);
  const format = readFormat(`${within}.resultFormat`, settings.resultFormat);
  const isOurs = domainTest(settings.domain);
  return {
    part,
    question(text) {
      if (!canBeAsked(text)) return undefined;
      const key = templateKey(text);
      if (!isOurs(key) || !format.fits(key) || part.bind(key) === undefined) return undefined;
      return async ({ rows: ask }) => {
        const spellings = spelledKeys(text);
        // As it was asked for first, then one after the other: nearly always it is the only one.
        for (const spelling of spellings.texts) {
          const rows = await ask(part, spelling);
          const values = valuesOf(rows, text, dialect).flatMap(
            (value) => format.apply(value, key) ?? [],
          );
          if (settings.expansionLimit > 0 && values.length > settings.expansionLimit)
            throw new Fault(
              'entry',
              `${within}: more than ${settings.expansionLimit} values, the limit expansionLimit`,
            );
          if (values.length > 0) return values;
        }
        believeAbsent(spellings);
        return [];
      };
    },
  };
}

/** What a column is called whose value is compared with the key and not answered. */
const KEY_COLUMN = 'idpmap_key';

/** So many columns of a row are answered: `sqlite_table(5)` knows the first one alone. */
const COLUMNS: Readonly<Record<Dialect, number>> = {
  postgresql: Number.POSITIVE_INFINITY,
  mysql: Number.POSITIVE_INFINITY,
  sqlite: 1,
};

/** The columns of all rows that are of this key: a database may compare without accents. */
const valuesOf = (rows: readonly Row[], key: string, dialect: Dialect): readonly string[] =>
  rows
    .filter((row) => !(KEY_COLUMN in row) || textsIn(row[KEY_COLUMN]).some(isKey(key)))
    .flatMap((row) =>
      Object.entries(row)
        .filter(([name]) => name !== KEY_COLUMN)
        .slice(0, COLUMNS[dialect])
        .flatMap(([, value]) => textsIn(value)),
    );

const isKey = (key: string) => (text: string) => foldKey(text.trim()) === foldKey(key);

/** No database takes these in a text. */
const canBeAsked = (key: string): boolean =>
  key !== '' && !key.includes('\0') && key.isWellFormed();

/** Whether a key is an address with a local part at one of these domains. */
function domainTest(domains: readonly string[] | undefined): (key: TemplateKey) => boolean {
  if (domains === undefined) return () => true;
  const named = (domain: string): string => parseDomain(domain) ?? domain;
  const ours = new Set(domains.map(named).flatMap((domain) => [domain, foldDomain(domain)]));
  return ({ user, domain }) => user !== '' && ours.has(named(domain));
}

function readFormat(setting: string, text: string): ResultFormat {
  try {
    return parseResultFormat(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`${setting}: ${error.message}`, { cause: error });
  }
}
