import type { KeyMode } from '../../maps/keys.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Order } from './directories.ts';
import { type Line, parseLine } from './lines.ts';
import { readText } from './texts.ts';

export interface ImportOptions {
  /** What the maps of the files try for a key. */
  readonly keys: KeyMode;
  /** Lines of main.cf, `PARAMETER=FILE,FILE`: a map each, with the keys of that parameter. */
  readonly map?: readonly string[];
}

/**
 * Reads the files that a command of import is given, one by one and by lines of main.cf.
 * @param type what Postfix writes before such files: `ldap`
 * @throws {CliError} where there are none, or one can't be read
 */
export async function readOrders(
  type: string,
  files: readonly string[],
  { keys, map = [] }: ImportOptions,
): Promise<{ readonly lines: readonly Line[]; readonly orders: readonly Order[] }> {
  const lines = map.map((text) => readLine(text, type));
  if (files.length + lines.length === 0)
    throw new CliError(EXIT.usage, 'name the files, or --map PARAMETER=FILE,FILE');
  const orders = await Promise.all(lines.map(readOrder));
  const own = files.length === 0 ? [] : [{ keys, files: await Promise.all(files.map(readText)) }];
  return { lines, orders: [...orders, ...own] };
}

function readLine(text: string, type: string): Line {
  try {
    return parseLine(text, type);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(EXIT.usage, `--map ${error.message}`, { cause: error });
  }
}

const readOrder = async ({ parameter, keys, items }: Line): Promise<Order> => ({
  parameter,
  keys,
  files: await Promise.all(
    items.flatMap((item) => (item.kind === 'own' ? [readText(item.file)] : [])),
  ),
});
