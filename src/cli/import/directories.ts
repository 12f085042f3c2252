import { resolve } from 'node:path';
import { commonBase } from '../../directory/ldap/people/branch.ts';
import type { KeyMode } from '../../maps/keys.ts';
import type { Named } from './domains.ts';
import { asksForDomains, isList } from './existence.ts';
import { type LdapTable, readParameters, tablesOf } from './parameters.ts';
import { createReader, type Note, type Reader, tellQuotes } from './reader.ts';
import { tellRest } from './rest.ts';
import { readServer, type Server } from './server.ts';
import { readTable, type Table } from './table.ts';

/** A file as it was read. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
  /** It is not UTF-8. */
  readonly isLatin1?: true;
}

/** Tables that become one map, which asks them in this order; `parameter`: the one of main.cf that names them. */
export interface Order {
  readonly parameter?: string;
  readonly keys: KeyMode;
  readonly files: readonly TextFile[];
}

/** What was made of the files. */
export interface Imported {
  /** The configuration's `directories` and `maps`, to be printed; what is undefined is left out. */
  readonly settings: { readonly directories: object; readonly maps: object };
  readonly replacements: readonly Replacement[];
  readonly notes: readonly Note[];
}

/** What main.cf wrote behind `ldap:`, and the map that takes the place of all of it. */
export interface Replacement {
  readonly parameter?: string;
  readonly specs: readonly string[];
  readonly map: string;
  /** Where the first of them is now. */
  readonly first: Place;
}

/** A table in a directory of the configuration. */
export interface Place {
  readonly directory: string;
  readonly table: string;
}

interface Directory {
  readonly name: string;
  readonly server: Server;
  readonly tables: Map<string, Table>;
  /** In seconds. */
  readonly timeouts: number[];
}

/**
 * Makes one directory of all tables that ask the same server in the same way, and one map of each order. Tables that are
 * asked for the whole key alone need none between them: there are as many maps as files.
 * @param others files that `domain` names
 */
export function importTables(orders: readonly Order[], others: readonly TextFile[] = []): Imported {
  const notes: Note[] = [];
  const read = orders.flatMap((order) => readOrder(order, notes));
  const all = read.flatMap(({ tables }) => tables);
  const held = createHolder(all, others, notes);
  const maps: Record<string, object> = {};
  const replacements: Replacement[] = [];
  for (const { parameter, keys, tables } of read) {
    const kept = tables.map((table) => held.hold(table));
    const [first] = kept;
    if (first === undefined) continue;
    const name = unused(parameter ?? first.table, maps);
    const { directory, table } = first;
    const items = kept.map((each) =>
      each.directory === directory ? each.table : { directory: each.directory, table: each.table },
    );
    const [only] = items;
    maps[name] = {
      kind: 'table',
      directory,
      table: items.length === 1 ? only : items,
      ...(keys !== 'exact' && { keys }),
      // All people of a domain are no answer that anybody reads, and may be more than a reply holds.
      ...((parameter === undefined ? kept.every((each) => each.ofDomains) : isList(parameter)) && {
        result: 'OK',
      }),
    };
    const specs = tables.map(({ spec }) => spec);
    replacements.push({
      ...(parameter !== undefined && { parameter }),
      specs,
      map: name,
      first: { directory, table },
    });
  }
  return { settings: { directories: held.write(), maps }, replacements, notes };
}

/** An order whose files are read. */
interface ReadOrder extends Pick<Order, 'parameter' | 'keys'> {
  readonly tables: readonly LdapTable[];
}

/** Files without a parameter whose tables are asked for whole keys are an order each. */
function readOrder({ files, ...order }: Order, notes: Note[]): readonly ReadOrder[] {
  const tables = files.flatMap((file) => readTables(file, notes));
  if (order.parameter === undefined && order.keys === 'exact')
    return tables.map((table) => ({ ...order, tables: [table] }));
  return [{ ...order, tables: onlyOnce(tables) }];
}

/** A table that is named again would say again what it said. */
const onlyOnce = (tables: readonly LdapTable[]): readonly LdapTable[] =>
  tables.filter(({ spec }, i) => tables.findIndex((other) => other.spec === spec) === i);

interface Held {
  readonly table: string;
  readonly directory: string;
  /** Whether its keys are domains, to be compared with those of addresses. */
  readonly ofDomains: boolean;
}

/** Gathers tables in directories. A table that several orders name is held once. */
function createHolder(all: readonly LdapTable[], others: readonly TextFile[], notes: Note[]) {
  const directories = new Map<string, Directory>();
  const known = new Map<string, Held>();
  const names: Record<string, object> = {};

  /** What `domain` names, for a table of that directory. */
  const namedFor = (own: Held): Named => ({
    text: (file) => others.find((other) => isSame(other.file, file))?.text,
    table(spec) {
      const table = all.find((each) => isSame(each.spec, spec)) ?? tableAmong(spec, others);
      const other = table === undefined ? own : hold(table);
      return other !== own && other.directory === own.directory ? other.table : undefined;
    },
  });

  function hold(table: LdapTable): Held {
    const again = known.get(table.spec);
    if (again !== undefined) return again;
    const reader = createReader(table, notes);
    tellReferences(table, reader);
    tellQuotes(reader);
    const directory = directoryOf(readServer(reader), directories, reader);
    const name = unused(table.name, names);
    const ofDomains = asksForDomains(reader.peek('query_filter'));
    const made: Held = { table: name, directory: directory.name, ofDomains };
    names[name] = made;
    known.set(table.spec, made);
    directory.tables.set(name, readTable(reader, namedFor(made)));
    directory.timeouts.push(reader.number('timeout', 1) ?? 0);
    tellRest(reader);
    return made;
  }

  return {
    hold,
    write: () =>
      Object.fromEntries([...directories.values()].map((each) => [each.name, write(each)])),
  };
}

const isSame = (one: string, other: string): boolean => resolve(one) === resolve(other);

/** The one table of a file that only `domain` names. */
function tableAmong(spec: string, others: readonly TextFile[]): LdapTable | undefined {
  const file = others.find((other) => isSame(other.file, spec));
  if (file === undefined) return undefined;
  const [only, ...more] = tablesOf(file.file, readParameters(file.text).parameters);
  return more.length === 0 ? only : undefined;
}

function readTables({ file, text }: TextFile, notes: Note[]): readonly LdapTable[] {
  const { parameters, unreadable } = readParameters(text);
  for (const line of unreadable) {
    const where = `${file}:${line}`;
    notes.push({ where, text: 'this line is no "name = value"', isEssential: true });
  }
  return tablesOf(file, parameters);
}

/** In main.cf, `$name` stands for another parameter; in a file of its own it means nothing. */
function tellReferences({ file, spec, parameters }: LdapTable, reader: Reader): void {
  if (spec === file) return;
  for (const [name, { value }] of parameters) {
    if (value.includes('$')) reader.lack(name, 'it refers to another parameter: write its value');
  }
}

function directoryOf(server: Server, known: Map<string, Directory>, reader: Reader): Directory {
  const identity = JSON.stringify(server);
  const found = known.get(identity);
  if (found !== undefined) return found;
  const name = known.size === 0 ? 'ldap' : `ldap-${known.size + 1}`;
  const made = { name, server, tables: new Map(), timeouts: [] };
  known.set(identity, made);
  if (server.bind !== undefined && 'dn' in server.bind) {
    reader.note(
      'bind_pw',
      `write the password alone into ${passwordFile(name)}, for idpmap only to read`,
    );
  }
  return made;
}

const passwordFile = (directory: string): string => `/etc/idpmap/${directory}.password`;

function unused(name: string, taken: object): string {
  let free = name;
  for (let i = 2; Object.hasOwn(taken, free); i++) free = `${name}-${i}`;
  return free;
}

/** Writes a directory in the configuration's words. */
function write({ name, server, tables, timeouts }: Directory): object {
  const { urls, startTls, insecure, tls, bind, referrals } = server;
  const bases = [...tables.values()].map(({ searchBase = '' }) => commonBase(searchBase));
  // The root shows itself to whoever may see nothing else; any other base proves more.
  const common = bases.find((each) => each !== '') ?? '';
  const seconds = Math.min(Math.max(...timeouts), 60);
  return {
    type: 'ldap',
    urls,
    startTls,
    insecure,
    tls,
    bind:
      bind !== undefined && 'dn' in bind
        ? { dn: bind.dn, password: { file: passwordFile(name) } }
        : bind,
    base: common,
    proof: 'base',
    referrals,
    // The question as a whole ends after its searches: so a slow one is told from a server that is.
    ...(seconds > 0 && { searchTimeout: `${seconds}s`, timeout: `${seconds + 1}s` }),
    tables: Object.fromEntries(
      [...tables].map(([table, settings]) => [
        table,
        settings.searchBase === common ? { ...settings, searchBase: undefined } : settings,
      ]),
    ),
  };
}
