import { commonBase } from '../../directory/ldap/people/branch.ts';
import { readParameters, type Source, sourcesOf } from './parameters.ts';
import { createReader, type Note, type Reader } from './reader.ts';
import { readServer, type Server } from './server.ts';
import { readTable, type Table } from './table.ts';

/** A file as it was read. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** What was made of the files. */
export interface Imported {
  /** The configuration's `directories` and `maps`, to be printed; what is undefined is left out. */
  readonly settings: { readonly directories: object; readonly maps: object };
  /** What main.cf wrote behind `ldap:`, and the map that takes its place. */
  readonly replacements: readonly (readonly [spec: string, map: string])[];
  readonly notes: readonly Note[];
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

/** Makes one directory of all tables that ask the same server in the same way, and a map of each table. */
export function importTables(files: readonly TextFile[], keys: string): Imported {
  const notes: Note[] = [];
  const directories = new Map<string, Directory>();
  const maps: Record<string, object> = {};
  const replacements: (readonly [string, string])[] = [];
  for (const source of files.flatMap((file) => readSources(file, notes))) {
    const reader = createReader(source, notes);
    tellReferences(source, reader);
    const directory = directoryOf(readServer(reader), directories, reader);
    const name = unused(source.name, maps);
    directory.tables.set(name, readTable(reader));
    directory.timeouts.push(reader.number('timeout', 1) ?? 0);
    tellRest(reader);
    maps[name] = {
      kind: 'table',
      directory: directory.name,
      table: name,
      ...(keys !== 'exact' && { keys }),
    };
    replacements.push([source.spec, name]);
  }
  const written = [...directories.values()].map((each) => [each.name, write(each)] as const);
  return { settings: { directories: Object.fromEntries(written), maps }, replacements, notes };
}

function readSources({ file, text }: TextFile, notes: Note[]): readonly Source[] {
  const { parameters, unreadable } = readParameters(text);
  for (const line of unreadable) {
    const where = `${file}:${line}`;
    notes.push({ where, text: 'this line is no "name = value"', isEssential: true });
  }
  return sourcesOf(file, parameters);
}

/** In main.cf, `$name` stands for another parameter; in a file of its own it means nothing. */
function tellReferences({ file, spec, parameters }: Source, reader: Reader): void {
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
    reader.note(name, DROPPED[name] ?? 'left out, ldap_table(5) has no such setting');
  }
}

/** Writes a directory in the configuration's words. */
function write({ name, server, tables, timeouts }: Directory): object {
  const { urls, startTls, insecure, tls, bind, referrals } = server;
  const bases = [...tables.values()].map(({ searchBase }) => searchBase);
  const base = bases.find((each) => each !== undefined);
  const common = base === undefined ? undefined : commonBase(base);
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
