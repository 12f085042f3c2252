import { PresenceFilter } from 'ldapts';
import { textsOf } from '../people/values.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import type { Connection } from '../wire/connection.ts';

/** Where to look below `base`: it itself, or for the root all that the server says it holds (RFC 4512, 5.1). */
export async function placesBelow(
  base: string,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (base !== '') return [base];
  const { entries } = await connection.search(
    {
      base: '',
      scope: 'base',
      filter: new PresenceFilter({ attribute: 'objectClass' }),
      attributes: ['namingContexts'],
      sizeLimit: 0,
    },
    signal,
  );
  const contexts = entries.flatMap((entry) => textsOf(entry, 'namingContexts'));
  return contexts.length === 0 ? [''] : contexts;
}

/** Some entries, and whether there are no others. */
export interface Sample {
  readonly entries: readonly LdapEntry[];
  readonly isWhole: boolean;
}

const SUCCESS = 0;
/** No such attribute, no such type, no way to compare it, no such base: then nobody has it. */
const NOBODY = new Set([SUCCESS, 16, 17, 18, 21, 32]);

/** Some entries that a search finds, wherever below its base. Codes that say "some" are no fault here. */
export async function sample(
  request: SearchRequest,
  connection: Connection,
  signal: AbortSignal,
): Promise<Sample> {
  const entries: LdapEntry[] = [];
  let isWhole = true;
  for (const base of await placesBelow(request.base, connection, signal)) {
    const reply = await connection.search({ ...request, base }, signal);
    entries.push(...reply.entries);
    isWhole &&= NOBODY.has(reply.code);
  }
  return { entries, isWhole };
}
