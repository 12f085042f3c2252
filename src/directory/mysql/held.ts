import { propertyOf } from '../../record.ts';
import { ASCII, byteSet, type CharacterSet, type Held, withoutUnheld } from '../sql/text/held.ts';

/** Columns are compared with letters that they can't hold: of two collations, of three, of more; MySQL's own. */
const UNHELD = new Set([1267, 1270, 1271, 3988]);

/** Whether an error says that a value holds what a column of its statement can't. */
export function isUnheld(error: unknown): boolean {
  const errno = propertyOf(error, 'errno');
  return typeof errno === 'number' && UNHELD.has(errno);
}

/** What gives one row for each character set, or type without one, as `held`. */
export type Look = (text: string) => Promise<readonly (readonly unknown[])[]>;

/**
 * What to ask in the place of values for which a statement was refused: a column of `latin1` holds no `ﬀ`, and so nobody is
 * called so there. Absent: a column that the statement names might hold it, or that can't be told.
 */
export async function heldBy(
  statement: string,
  values: readonly string[],
  look: Look,
): Promise<Held | undefined> {
  if (UNTELLABLE.test(statement)) return undefined;
  const words = new Set(statement.match(/[a-z_][a-z0-9_]*/gi));
  // Which of them are tables, columns and functions, and which other databases that these may be of, the server knows.
  const named = [...words].map((word) => `'${word}'`).join(', ');
  const columns = statement.includes('*') ? '' : `AND column_name IN (${named})`;
  const rows = await look(
    `SELECT DISTINCT COALESCE(character_set_name, data_type) FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name IN (${named}) ${columns}
    UNION SELECT COALESCE(character_set_name, data_type) FROM information_schema.routines
    WHERE routine_schema = DATABASE() AND routine_name IN (${named})
    UNION SELECT 'another database' FROM information_schema.schemata
    WHERE schema_name IN (${named}) AND schema_name <> DATABASE()`,
  );
  const all = rows.map(([held]) => String(held).toLowerCase()).filter((held) => !NO_TEXT.has(held));
  const sets = all.flatMap((held) => SETS.get(held) ?? []);
  return sets.length === 0 || sets.length < all.length ? undefined : withoutUnheld(values, sets);
}

/** What may make letters of what a column holds, or has some itself; names in quotes may be any. */
const UNTELLABLE =
  /[^ -~\s]|`|"|\bcall\b|json|unhex|base64|decode|decrypt|uncompress|xml|char\s*\(|_utf|_ucs|\b[xb]'|\b0x/i;

/** MySQL's `latin1` is Windows' 1252, the five bytes included that this has no letter for. */
const SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['ascii', ASCII],
  ['latin1', byteSet('windows-1252')],
]);

const NO_TEXT = new Set(
  'tinyint smallint mediumint int bigint decimal float double bit date datetime timestamp time year'.split(
    ' ',
  ),
);
