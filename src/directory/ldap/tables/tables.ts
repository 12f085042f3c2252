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
  const made = new Map<string, Table>();
  const make = (name: string, within: readonly string[]): Table => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const settings = tables[name];
    if (settings === undefined || within.includes(name))
      throw new SyntaxError(describeChain(name, within));
    const { domainTable } = settings;
    const domains = domainTable === undefined ? undefined : make(domainTable, [...within, name]);
    const table = createTable(name, settings, base, domains);
    made.set(name, table);
    return table;
  };
  for (const name of Object.keys(tables)) make(name, []);
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

/** Why a table that `domainTable` names can't be made. */
const describeChain = (name: string, within: readonly string[]): string =>
  within.includes(name)
    ? `tables.${name}.domainTable leads back to it: ${[...within, name].join(', ')}`
    : `tables.${within.at(-1)}.domainTable: there is no table "${name}"`;
