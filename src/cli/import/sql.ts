import type { Dialect } from '../../directory/sql/text/tokens.ts';
import { KEY_MODES, type KeyMode } from '../../maps/keys.ts';
import { reasonOf } from '../../reason.ts';
import { CliError, EXIT } from '../exit.ts';
import { tellOthers } from './lines.ts';
import { type ImportOptions, readOrders } from './orders.ts';
import { printImported } from './output.ts';
import { importSockmapd } from './sockmapd.ts';
import { importSqlTables } from './sqltables.ts';
import { readText } from './texts.ts';

/** What Postfix writes before the files of its tables in a database. */
export type SqlTableType = 'pgsql' | 'mysql' | 'sqlite';

const DIALECTS: Readonly<Record<SqlTableType, Dialect>> = {
  pgsql: 'postgresql',
  mysql: 'mysql',
  sqlite: 'sqlite',
};

/**
 * Prints the configuration that Postfix's `pgsql:`, `mysql:` or `sqlite:` files come to. What is not carried over as it
 * stands is named on standard error and in comments; passwords are not printed.
 */
export async function importSqlFiles(
  type: SqlTableType,
  files: readonly string[],
  options: ImportOptions,
): Promise<number> {
  const { lines, orders } = await readOrders(type, files, options);
  const imported = importSqlTables(orders, DIALECTS[type]);
  const notes = [...lines.flatMap((line) => tellOthers(line, type)), ...imported.notes];
  return printImported(imported.settings, notes, [
    `What Postfix asked by ${type}: tables, to be put into the configuration, beside domains. Maps that`,
    'are written out take the place of all built-in ones: add those that you use. In main.cf:',
    ...imported.replacements.map(({ parameter, specs, map: name }) => {
      const before = parameter === undefined ? '' : `${parameter} = `;
      const tables = specs.map((spec) => `${type}:${spec}`).join(', ');
      return `  ${before}${tables} becomes ${before}socketmap:inet:127.0.0.1:9100:${name}`;
    }),
    'Postfix asks a socketmap for whole keys only. A table that it asked for parts of a key as well',
    'needs `keys`, which --map PARAMETER=FILE,FILE sets as that parameter needs it.',
  ]);
}

/** Options of `import sockmapd`. */
export interface SockmapdOptions {
  /** `SERVICE=KEYS`: what the map of a service tries for a key. */
  readonly keys?: readonly string[];
}

/** Prints the configuration that sockmapd's comes to. */
export async function importSockmapdFile(
  file: string,
  { keys = [] }: SockmapdOptions,
): Promise<number> {
  const { text } = await readText(file);
  let imported: ReturnType<typeof importSockmapd>;
  try {
    imported = importSockmapd(text, file, new Map(keys.map(readKeys)));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.data, `${file} can't be read: ${reasonOf(error)}`, { cause: error });
  }
  const settings = { listen: [imported.listen], ...imported.settings };
  return printImported(settings, imported.notes, [
    'What sockmapd was, as configuration of idpmap. main.cf stays as it is: the services are maps of',
    'the same names on the same port, here on this machine only. Access maps of clients need',
    '--keys SERVICE=host, those of addresses --keys SERVICE=address: then networks, parent domains and',
    'local parts are looked up as well, as Postfix does in its own tables.',
  ]);
}

function readKeys(text: string): readonly [string, KeyMode] {
  const { service = '', keys = '' } = /^(?<service>.+)=(?<keys>\w+)$/.exec(text)?.groups ?? {};
  const mode = KEY_MODES.find((each) => each === keys);
  if (mode !== undefined) return [service, mode];
  throw new CliError(EXIT.usage, `--keys ${text} is not SERVICE=${KEY_MODES.join('|')}`);
}
