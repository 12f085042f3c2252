import { onFirst } from '../connections/first.ts';
import type { SqlConnection } from './connect/connection.ts';
import type { Part } from './parts.ts';
import type { PeopleParts } from './people/find.ts';
import { addressesIn } from './people/values.ts';

export interface SampleOptions<Host> {
  readonly hosts: readonly Host[];
  readonly open: (host: Host, signal: AbortSignal) => Promise<SqlConnection>;
  readonly parts: PeopleParts;
}

/**
 * Reads addresses of some accounts and groups, aliases included, from the first server that gives them; of no statement that
 * compares no column with an address. Throws what the last server did.
 */
export async function sampleSql<Host>(
  { hosts, open, parts: { account, aliases, groups } }: SampleOptions<Host>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return onFirst(
    hosts,
    (host) => open(host, signal),
    (connection) => readAddresses([account, aliases, groups], connection),
  );
}

async function readAddresses(
  parts: readonly (Part | undefined)[],
  connection: SqlConnection,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const part of parts)
    if (part?.usual !== undefined)
      for (const text of addressesIn(await connection.run(part.usual, []))) found.add(text.trim());
  return [...found];
}
