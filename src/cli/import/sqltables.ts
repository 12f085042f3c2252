import type { Dialect } from '../../directory/sql/text/tokens.ts';
import type { Imported, Order, Place, Replacement } from './directories.ts';
import { readParameters } from './parameters.ts';
import { createReader, type Note, type Reader } from './reader.ts';
import { DROPPED, readSqlServer, type SqlServer } from './sqlserver.ts';
import { readSqlTable, type SqlTable } from './sqltable.ts';

interface Directory {
  readonly name: string;
  readonly server: SqlServer;
  readonly tables: Map<string, SqlTable>;
}

/**
 * Makes one directory of all tables in one database, and one map of each order. Tables that are asked for the whole key
 * alone need none between them: there are as many maps as files.
 */
export function importSqlTables(orders: readonly Order[], type: Dialect): Imported {
  const notes: Note[] = [];
  const directories = new Map<string, Directory>();
  const known = new Map<string, Place>();
  const maps: Record<string, object> = {};
  const replacements: Replacement[] = [];

  function hold(file: string, text: string): Place {
    const again = known.get(file);
    if (again !== undefined) return again;
    const { parameters, unreadable } = readParameters(text);
    for (const line of unreadable)
      notes.push({
        where: `${file}:${line}`,
        text: 'this line is no "name = value"',
        isEssential: true,
      });
    const reader = createReader({ file, name: nameOf(file), spec: file, parameters }, notes);
    const directory = directoryOf(readSqlServer(reader, type), directories, reader);
    const table = unused(nameOf(file), new Set([...known.values()].map((held) => held.table)));
    directory.tables.set(table, readSqlTable(reader, type));
    tellRest(reader);
    const held = { table, directory: directory.name };
    known.set(file, held);
    return held;
  }

  for (const { parameter, keys, files } of orders.flatMap(split)) {
    const tables = files.map(({ file, text }) => hold(file, text));
    const [first] = tables;
    if (first === undefined) continue;
    const map = unused(parameter ?? first.table, new Set(Object.keys(maps)));
    const items = tables.map((each) => (each.directory === first.directory ? each.table : each));
    maps[map] = {
      kind: 'table',
      directory: first.directory,
      table: items.length === 1 ? items[0] : items,
      ...(keys !== 'exact' && { keys }),
    };
    const specs = files.map(({ file }) => file);
    replacements.push({ ...(parameter !== undefined && { parameter }), specs, map, first });
  }
  const written = [...directories.values()].map((each) => [each.name, write(each)]);
  return { settings: { directories: Object.fromEntries(written), maps }, replacements, notes };
}

/** Files without a parameter whose tables are asked for whole keys are an order each. */
const split = (order: Order): readonly Order[] =>
  order.parameter === undefined && order.keys === 'exact'
    ? order.files.map((file) => ({ ...order, files: [file] }))
    : [order];

function directoryOf(server: SqlServer, known: Map<string, Directory>, reader: Reader): Directory {
  const identity = JSON.stringify(server);
  const found = known.get(identity);
  if (found !== undefined) return found;
  const name = known.size === 0 ? server.type : `${server.type}-${known.size + 1}`;
  const made = { name, server, tables: new Map<string, SqlTable>() };
  known.set(identity, made);
  if (server.type !== 'sqlite' && server.hasPassword)
    reader.note(
      'password',
      `write the password alone into ${passwordFile(name)}, for idpmap only to read`,
    );
  return made;
}

const passwordFile = (directory: string): string => `/etc/idpmap/${directory}.password`;

/** Writes a directory in the configuration's words. */
function write({ name, server, tables }: Directory): object {
  const own = Object.fromEntries(tables);
  if (server.type === 'sqlite') return { ...server, tables: own };
  const { hasPassword, ...others } = server;
  return {
    ...others,
    password: hasPassword ? { file: passwordFile(name) } : undefined,
    tables: own,
  };
}

/** A file's name without what stands before and behind it; nothing that a map's name can't hold. */
const nameOf = (file: string): string =>
  file
    .replace(/^.*\//s, '')
    .replace(/\.(?:cf|conf|sql)$/i, '')
    .replaceAll(/[^\w.-]+/g, '-') || 'table';

function unused(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
  return free;
}

function tellRest(reader: Reader): void {
  for (const name of reader.rest())
    reader.note(name, DROPPED[name] ?? 'left out, such a table has no such setting');
}
