import { Fault } from '../../directory.ts';
import { commonBase } from '../people/branch.ts';
import type { LdapSettings } from '../settings.ts';
import { createTable, type Table } from './table.ts';

/** A directory's tables, by name. */
export interface Tables {
  /** Their bases, as far as they are the same for all keys. */
  readonly bases: readonly string[];
  /** @throws {Fault} `entry` where there is no such table */
  open(name: string): Table;
}

/**
 * Reads all tables.
 * @throws {SyntaxError} where a filter or template can't be read
 */
export function createTables({ tables, base }: Pick<LdapSettings, 'tables' | 'base'>): Tables {
  const made = new Map(
    Object.entries(tables).map(([name, table]) => [name, createTable(name, table, base)]),
  );
  return {
    bases: Object.values(tables).map(({ searchBase = base }) => commonBase(searchBase)),
    open(name) {
      const table = made.get(name);
      if (table !== undefined) return table;
      const known = made.size === 0 ? 'no tables' : `the tables ${[...made.keys()].join(', ')}`;
      throw new Fault('entry', `it has no table "${name}", it has ${known}`);
    },
  };
}
