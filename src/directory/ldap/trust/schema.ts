import { PresenceFilter } from 'ldapts';
import type { Clock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import { textsOf } from '../people/values.ts';
import type { SearchRequest } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import { NO_SCHEMA, readSchema, type Schema } from './schematext.ts';

export { NO_SCHEMA, type Schema } from './schematext.ts';

/** So long a server's schema is taken to stay as it was read, in ms. */
const KEEP_MS = 10 * 60_000;

/** What servers say of their attributes, read now and then. */
export interface Schemas {
  /** The schema of a connection's server. @throws {Fault} where it can't be read now */
  of(connection: Connection, signal: AbortSignal): Promise<Schema>;
  /** Reads it anew the next time: what was missed may be there. */
  forget(connection: Connection): void;
}

/** Creates the memory of one directory's schemas. */
export function createSchemas(clock: Clock): Schemas {
  const read = new Map<string, { readonly schema: Schema; readonly until: number }>();
  return {
    async of(connection, signal) {
      const kept = read.get(connection.server);
      if (kept !== undefined && clock.now() <= kept.until) return kept.schema;
      const schema = await fetchSchema(connection, signal);
      read.set(connection.server, { schema, until: clock.now() + KEEP_MS });
      return schema;
    },
    forget: ({ server }) => {
      read.delete(server);
    },
  };
}

/** Codes that pass: time limit, administrative limit, busy, unavailable, other. */
const BUSY = new Set([3, 11, 51, 52, 80]);

async function fetchSchema(connection: Connection, signal: AbortSignal): Promise<Schema> {
  const read = async (base: string, attributes: readonly string[]) => {
    const { code, entries } = await connection.search(requestOf(base, attributes), signal);
    if (BUSY.has(code))
      throw new Fault('directory', `the schema of ${connection.server} can't be read now`);
    return entries[0];
  };
  const root = await read('', ['subschemaSubentry']);
  const [place] = root === undefined ? [] : textsOf(root, 'subschemaSubentry');
  const subentry = place === undefined ? undefined : await read(place, PARTS);
  if (subentry === undefined) return NO_SCHEMA;
  const [attributeTypes = [], objectClasses = [], matchingRules = []] = PARTS.map((part) =>
    textsOf(subentry, part),
  );
  return readSchema({ attributeTypes, objectClasses, matchingRules });
}

const PARTS = ['attributeTypes', 'objectClasses', 'matchingRules'];

const requestOf = (base: string, attributes: readonly string[]): SearchRequest => ({
  base,
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes,
  sizeLimit: 0,
});
