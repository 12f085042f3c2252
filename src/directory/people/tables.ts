import { foldDomain, foldKey } from '../../address/address.ts';
import { Fault } from '../directory.ts';
import type { Row } from '../file/content.ts';

/** The tables of one file. */
export interface Tables {
  /**
   * The values of `key`, which is folded first; empty where the table has none.
   * @throws {Fault} `entry` where the file has no such table: a doubt about one map that must not stop the directory
   */
  ask(table: string, key: string): readonly string[];
}

/** Takes the `rows` of the tables called `names`; `file` is named in faults. */
export function createTables(file: string, names: readonly string[]) {
  const tables = new Map(names.map((name) => [name, new Map<string, readonly string[]>()]));
  /** Rows by what Postfix makes of domains in U-labels; a row that has the key itself goes first. */
  const alike = new Map(names.map((name) => [name, new Map<string, readonly string[]>()]));
  return {
    add(rows: readonly Row[]): void {
      for (const { table, key, values } of rows) {
        tables.get(table)?.set(key, values);
        const asked = key.replace(/[^@.][^@]*$/u, foldDomain);
        if (asked !== key) alike.get(table)?.set(asked, values);
      }
    },
    ask(table: string, key: string): readonly string[] {
      const rows = tables.get(table);
      const folded = foldKey(key);
      if (rows !== undefined) return rows.get(folded) ?? alike.get(table)?.get(folded) ?? [];
      const known = names.length === 0 ? 'no tables' : `the tables ${names.join(', ')}`;
      throw new Fault('entry', `${file} has no table "${table}", it has ${known}`);
    },
  };
}
