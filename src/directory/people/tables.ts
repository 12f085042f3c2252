import { foldKey } from '../../address/address.ts';
import { Fault } from '../directory.ts';
import type { Row } from './content.ts';
import { type Extent, SEPARATOR } from './extents.ts';

/** The tables of one source. */
export interface Tables {
  /**
   * The values of `key`, which is folded first; empty where the table has none.
   * @throws {Fault} `entry` where there is no such table, or two keys of it fold to this one: a doubt about one map, or
   * one key, that must not stop the directory
   */
  ask(table: string, key: string): readonly string[];
  /** Whether there is such a row, in doubt or not. */
  hasRow(table: string, key: string): boolean;
  /** All rows of all tables. */
  readonly rows: Extent;
  /** Why `ask` throws for some keys. */
  doubts(): Iterable<string>;
}

/** Takes the `rows` of the tables called `names`; `source` is named in faults. */
export function createTables(source: string, names: readonly string[]) {
  const tables = new Map(names.map((name) => [name, new Map<string, Row>()]));
  const ambiguous = new Set<Row>();

  function* list(): Iterable<string> {
    for (const [name, rows] of tables) for (const key of rows.keys()) yield join(name, key);
  }

  return {
    add(rows: readonly Row[]): void {
      for (const row of rows) {
        const table = tables.get(row.table);
        const earlier = table?.get(row.key);
        if (earlier === undefined) table?.set(row.key, row);
        else ambiguous.add(earlier);
      }
    },
    ask(table: string, key: string): readonly string[] {
      const rows = tables.get(table);
      if (rows === undefined) {
        const known = names.length === 0 ? 'no tables' : `the tables ${names.join(', ')}`;
        throw new Fault('entry', `${source} has no table "${table}", it has ${known}`);
      }
      const row = rows.get(foldKey(key));
      if (row === undefined) return [];
      if (ambiguous.has(row)) throw new Fault('entry', describeAmbiguous(row));
      return row.values;
    },
    hasRow: (table: string, key: string) => tables.get(table)?.has(foldKey(key)) ?? false,
    rows: {
      items: list,
      has: (item: string) => {
        const [table = '', key = ''] = item.split(SEPARATOR, 2);
        return tables.get(table)?.has(key) ?? false;
      },
    },
    *doubts(): Iterable<string> {
      for (const row of ambiguous) yield describeAmbiguous(row);
    },
  } satisfies Tables & { add(rows: readonly Row[]): void };
}

const join = (table: string, key: string): string => `${table}${SEPARATOR}${key}`;

/** A key is not shown, it may be an address. */
const describeAmbiguous = ({ table }: Row): string =>
  `two keys of the table "${table}" mean the same to Postfix, leave one`;
