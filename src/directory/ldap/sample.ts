import { onFirst } from '../connections/first.ts';
import { type AccountBranch, type GroupBranch, requestAmong } from './people/branch.ts';
import { addressesOf } from './people/entry.ts';
import { anyOf } from './people/sources.ts';
import type { LdapEndpoint } from './settings/endpoint.ts';
import type { Connection } from './wire/connection.ts';

export interface SampleOptions {
  readonly endpoints: readonly LdapEndpoint[];
  readonly branches: readonly (AccountBranch | GroupBranch)[];
  /** Opens a connection and proves it. */
  readonly open: (endpoint: LdapEndpoint, signal: AbortSignal) => Promise<Connection>;
}

/** So many accounts, and so many groups, are looked at. */
const SAMPLE = 500;

/** Reads addresses of some accounts and groups from the first server that gives them. Throws what the last one did. */
export async function sample(
  { endpoints, branches, open }: SampleOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return onFirst(
    endpoints,
    (endpoint) => open(endpoint, signal),
    (connection) => readAddresses(branches, connection, signal),
  );
}

async function readAddresses(
  branches: SampleOptions['branches'],
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const branch of branches) {
    const sources = [...branch.address, ...branch.aliases];
    const attributes = [...new Set(sources.map(({ attribute }) => attribute))];
    const request = requestAmong(branch, anyOf(sources), attributes);
    if (request === undefined) continue;
    const { entries } = await connection.search({ ...request, sizeLimit: SAMPLE }, signal);
    for (const entry of entries) {
      const { address, aliases } = addressesOf(entry, branch);
      found.push(...[address, ...aliases].filter((text) => text !== ''));
    }
  }
  return found;
}
