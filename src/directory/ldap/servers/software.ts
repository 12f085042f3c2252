import { PresenceFilter } from 'ldapts';
import { PRESETS } from '../people/presets.ts';
import { textsOf } from '../people/values.ts';
import type { SearchRequest } from '../search.ts';
import type { Connection } from '../wire/connection.ts';

/** What a server shows at its root (RFC 3045) that it is, as far as it matters how it is asked. */
export type Software = '389ds' | 'openldap' | 'another';

const ROOT: SearchRequest = {
  base: '',
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: ['vendorName', 'vendorVersion', 'objectClass'],
  sizeLimit: 0,
};

/** Asks a server what it is. One that does not tell is another. */
export async function softwareOf(connection: Connection, signal: AbortSignal): Promise<Software> {
  const { entries } = await connection.search(ROOT, signal);
  const names = entries.flatMap((entry) => [
    ...textsOf(entry, 'vendorName'),
    ...textsOf(entry, 'vendorVersion'),
  ]);
  if (names.some((name) => /^(?:389|fedora|red hat)\b/i.test(name))) return '389ds';
  const classes = entries.flatMap((entry) => textsOf(entry, 'objectClass'));
  return classes.includes('OpenLDAProotDSE') ? 'openldap' : 'another';
}

/** Asks a server no faster than it bears, whatever preset is configured: a table has none. */
export async function keepPace(connection: Connection, signal: AbortSignal): Promise<void> {
  const { width } = PRESETS['389ds'];
  if (width !== undefined && (await softwareOf(connection, signal)) === '389ds')
    connection.narrow(width);
}
