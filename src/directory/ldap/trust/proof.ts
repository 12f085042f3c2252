import { PresenceFilter } from 'ldapts';
import { Fault, isDoubt } from '../../directory.ts';
import type { SearchRequest } from '../search.ts';
import { entriesOf, Untrusted } from '../servers/results.ts';
import type { Connection } from '../wire/connection.ts';

/**
 * Checks that a connection sees what it has to see, so that its *none* can be believed. Gives what it looked at, in a few
 * words that name nobody: `3 witnesses`.
 * @throws {Fault} where it does not; `doubt` where whoever is found is there nevertheless
 */
export type Proof = (connection: Connection, signal: AbortSignal) => Promise<readonly string[]>;

export interface ProofOptions {
  /** All bases, as far as they are the same for all keys. The root is none: everybody may read it. */
  readonly bases: readonly string[];
  readonly referrals: 'refuse' | 'ignore';
  /** Further checks: witnesses, the canary. */
  readonly checks: readonly Proof[];
}

/**
 * Creates a proof. Each base must be there as one entry: a connection without rights gets success and
 * no entry from 389-DS, "no such object" from OpenLDAP. It throws, and the connection is closed.
 */
export function createProof({ bases, referrals, checks }: ProofOptions): Proof {
  const requests = [...new Set(bases)].filter((base) => base !== '').map(requestBase);

  const readBase = async (
    request: SearchRequest,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<void> => {
    const reply = await connection.search(request, signal);
    const entries = entriesOf(reply, request, connection.server, referrals);
    if (entries.length === 1) return;
    throw new Untrusted(
      `${connection.server} does not show ${request.base}: check base and the rights of bind.dn`,
    );
  };

  return async (connection, signal) => {
    const all: readonly Promise<readonly string[]>[] = [
      ...requests.map(async (request) => {
        await readBase(request, connection, signal);
        return [];
      }),
      ...checks.map((check) => check(connection, signal)),
    ];
    const results = await Promise.allSettled(all);
    const faults = results.flatMap((result) =>
      result.status === 'rejected' ? [asFault(result.reason)] : [],
    );
    const fault = faults.find((each) => !isDoubt(each)) ?? faults[0];
    if (fault !== undefined) throw fault;
    const shown = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    return requests.length === 0 ? shown : [...shown, counted(requests.length, 'base', 'bases')];
  };
}

/** `1 witness`, `2 witnesses`. */
export const counted = (count: number, one: string, several: string): string =>
  `${count} ${count === 1 ? one : several}`;

const requestBase = (base: string): SearchRequest => ({
  base,
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [],
  sizeLimit: 0,
});

/** A proof that fails is the directory's fault, whatever failed in it. */
function asFault(reason: unknown): Fault {
  if (reason instanceof Fault && reason.kind !== 'entry') return reason;
  return new Fault('directory', reason instanceof Error ? reason.message : String(reason));
}
