import { commonBase } from '../../directory/ldap/people/branch.ts';
import type { KeyMode } from '../../maps/keys.ts';
import { type LdapTable, readParameters, tablesOf } from './parameters.ts';
import { createReader, type Note, type Reader } from './reader.ts';
import { readServer, type Server } from './server.ts';
import { readTable, type Table } from './table.ts';

/** A file as it was read. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
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
}

interface Directory {
  readonly name: string;
  readonly server: Server;
  readonly tables: Map<string, Table>;
  /** In seconds. */
  readonly timeouts: number[];
}

/** Settings that have no counterpart, and why none is needed. */
const DROPPED: Readonly<Record<string, string>> = {
  cache: 'Postfix passes it over as well, and idpmap remembers answers: see memory',
  cache_expiry: 'Postfix passes it over as well, and idpmap remembers answers: see memory',
  cache_size: 'Postfix passes it over as well, and idpmap remembers answers: see memory',
  debuglevel: 'left out, see log.level',
  tls_ca_cert_dir: 'left out: put its certificates into one PEM file, and name that as tls.ca',
  tls_random_file: 'left out, it is not needed',
  tls_cipher_suite: 'left out, the ciphers are those of Node',
  sasl_realm: 'left out, EXTERNAL has none',
  sasl_authz_id: 'left out, idpmap asks as whom the server takes it for',
  sasl_minssf: 'left out, EXTERNAL has none',
};

/**
 * Makes one directory of all tables that ask the same server in the same way, and one map of each order. Tables that are
 * asked for the whole key alone need none between them: there are as many maps as files.
 */
export function importTables(orders: readonly Order[]): Imported {
  const notes: Note[] = [];
  const held = createHolder(notes);
  const maps: Record<string, object> = {};
  const replacements: Replacement[] = [];
  for (const { parameter, keys, tables } of orders.flatMap((order) => readOrder(order, notes))) {
    const kept = tables.map((table) => held.hold(table));
    const [first] = kept;
    if (first === undefined) continue;
    const name = unused(parameter ?? first.table, maps);
    const { directory } = first;
    const items = kept.map((each) => (each.directory === directory ? each.table : each));
    const [only] = items;
    maps[name] = {
      kind: 'table',
      directory,
      table: items.length === 1 ? only : items,
      ...(keys !== 'exact' && { keys }),
    };
    const specs = tables.map(({ spec }) => spec);
    replacements.push({ ...(parameter !== undefined && { parameter }), specs, map: name });
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
}

/** Gathers tables in directories. A table that several orders name is held once. */
function createHolder(notes: Note[]) {
  const directories = new Map<string, Directory>();
  const known = new Map<string, Held>();
  const names: Record<string, object> = {};
  return {
    hold(table: LdapTable): Held {
      const again = known.get(table.spec);
      if (again !== undefined) return again;
      const reader = createReader(table, notes);
      tellReferences(table, reader);
      const directory = directoryOf(readServer(reader), directories, reader);
      const name = unused(table.name, names);
      const made: Held = { table: name, directory: directory.name };
      names[name] = made;
      known.set(table.spec, made);
      directory.tables.set(name, readTable(reader));
      directory.timeouts.push(reader.number('timeout', 1) ?? 0);
      tellRest(reader);
      return made;
    },
    write: () =>
      Object.fromEntries([...directories.values()].map((each) => [each.name, write(each)])),
  };
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

function tellRest(reader: Reader): void {
  const version = reader.number('version', 1) ?? 3;
  if (version !== 3) reader.note('version', `idpmap speaks version 3, not ${version}`);
  for (const name of reader.rest()) {
    const why = DROPPED[name];
    // An empty one says no more than none.
    if (why !== undefined && reader.text(name) === '') continue;
    reader.note(name, why ?? 'left out, ldap_table(5) has no such setting');
  }
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
    ...(seconds > 0 && { searchTimeout: `${seconds}s`, timeout: `${seconds}s` }),
    tables: Object.fromEntries(
      [...tables].map(([table, settings]) => [
        table,
        settings.searchBase === common ? { ...settings, searchBase: undefined } : settings,
      ]),
    ),
  };
}
