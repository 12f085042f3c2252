import { foldDomain, foldKey } from '../../address/address.ts';
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
  /** Rows by what Postfix makes of domains in U-labels; a row that has the key itself goes first. */
  const alike = new Map(names.map((name) => [name, new Map<string, Row>()]));
  /** Rows that stand for two. */
  const ambiguous = new Set<Row>();

  function put(rows: Map<string, Row> | undefined, key: string, row: Row): void {
    const isTaken = rows?.has(key) === true;
    const next = isTaken ? { ...row, values: [] } : row;
    if (isTaken) ambiguous.add(next);
    rows?.set(key, next);
  }

  const find = (table: string, key: string): Row | undefined => {
    const folded = foldKey(key);
    return tables.get(table)?.get(folded) ?? alike.get(table)?.get(folded);
  };

  function* list(): Iterable<string> {
    for (const [name, rows] of tables) for (const key of rows.keys()) yield join(name, key);
  }

  return {
    add(rows: readonly Row[]): void {
      for (const row of rows) {
        put(tables.get(row.table), row.key, row);
        const asked = row.key.replace(/[^@.][^@]*$/u, foldDomain);
        if (asked !== row.key) put(alike.get(row.table), asked, row);
      }
    },
    ask(table: string, key: string): readonly string[] {
      if (!tables.has(table)) {
        const known = names.length === 0 ? 'no tables' : `the tables ${names.join(', ')}`;
        throw new Fault('entry', `${source} has no table "${table}", it has ${known}`);
      }
      const row = find(table, key);
      if (row === undefined) return [];
      if (ambiguous.has(row)) throw new Fault('entry', describeAmbiguous(row));
      return row.values;
    },
    hasRow: (table: string, key: string) => find(table, key) !== undefined,
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
