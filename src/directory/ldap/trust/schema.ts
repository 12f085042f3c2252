import { PresenceFilter } from 'ldapts';
import type { Clock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import { textsOf } from '../people/values.ts';
import type { SearchRequest } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import type { Proof } from './proof.ts';

/** So long a server's schema is taken to stay as it was read, in ms. */
const KEEP_MS = 10 * 60_000;

/**
 * Creates the check that a server knows the attributes which the configuration itself names. A search for one that it
 * does not know succeeds and finds nobody. A server that shows no schema passes.
 */
export function createSchemaCheck(named: readonly NamedAttribute[], clock: Clock): Proof {
  const read = new Map<string, { readonly known: ReadonlySet<string>; readonly until: number }>();
  return async (connection, signal) => {
    let schema = read.get(connection.server);
    if (schema === undefined || clock.now() > schema.until) {
      schema = { known: await readAttributes(connection, signal), until: clock.now() + KEEP_MS };
      read.set(connection.server, schema);
    }
    const { known } = schema;
    if (known.size === 0) return;
    const wrong = named.find(({ attribute }) => !known.has(bare(attribute)));
    if (wrong === undefined) return;
    read.delete(connection.server);
    throw new Fault(
      'doubt',
      `the schema of ${connection.server} has no attribute ${wrong.attribute}, which ${wrong.setting} names: no search for it finds anybody`,
    );
  };
}

/** An attribute, and the setting that names it. */
export interface NamedAttribute {
  readonly setting: string;
  readonly attribute: string;
}

/** Codes that pass: time limit, administrative limit, busy, unavailable, other. */
const BUSY = new Set([3, 11, 51, 52, 80]);

/** Attributes of any entry that a schema may leave out. */
const ALWAYS = ['dn', 'entrydn', 'distinguishedname', 'memberof'];

const bare = (attribute: string): string => attribute.toLowerCase().replace(/;.*$/, '');

/** The names and OIDs that a server's schema has, in lower case; empty where it shows none. */
export async function readAttributes(
  connection: Connection,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const read = async (base: string, attribute: string): Promise<readonly string[]> => {
    const { code, entries } = await connection.search(requestOf(base, attribute), signal);
    if (BUSY.has(code))
      throw new Fault('directory', `the schema of ${connection.server} can't be read now`);
    const [entry] = entries;
    return entry === undefined ? [] : textsOf(entry, attribute);
  };
  const [place] = await read('', 'subschemaSubentry');
  const types = place === undefined ? [] : await read(place, 'attributeTypes');
  const names = types.flatMap(namesOf);
  return new Set(names.length === 0 ? [] : [...names, ...ALWAYS]);
}

const requestOf = (base: string, attribute: string): SearchRequest => ({
  base,
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [attribute],
  sizeLimit: 0,
});

/** `( 0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) … )`, RFC 4512 section 4.1.2. */
function namesOf(type: string): readonly string[] {
  const [, oid = '', names = ''] = /^\(\s*([\d.]+)\s+NAME\s+(\([^)]*\)|'[^']*')/i.exec(type) ?? [];
  return [oid, ...[...names.matchAll(/'([^']+)'/g)].map(([, name = '']) => name)].map((name) =>
    name.toLowerCase(),
  );
}
