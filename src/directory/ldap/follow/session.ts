import { Fault } from '../../directory.ts';
import { withinTime } from '../../waiting.ts';
import type { Search } from '../search.ts';
import { searchOn } from '../servers/results.ts';
import type { Connection } from '../wire/connection.ts';
import { type Folders, watchFolders } from './folders.ts';
import { type Part, partsOf } from './listed.ts';
import type { FollowOptions } from './options.ts';
import type { Outlet } from './outlet.ts';

/** One feed on one connection. */
export interface Session {
  readonly connection: Connection;
  readonly parts: readonly Part[];
  readonly outlet: Outlet;
  readonly options: FollowOptions;
  readonly signal: AbortSignal;
  /** A search that has its time. */
  readonly search: Search;
  /**
   * Shows that the connection sees people, and that no folder was moved. What was heard before counts then.
   * @throws {Fault} where it does not; also where it was in doubt at any time since the session began
   */
  readonly prove: (folders?: Folders) => Promise<void>;
  readonly watchFolders: () => Promise<Folders>;
}

/** Begins one: the connection has to prove itself first. */
export async function beginSession(
  connection: Connection,
  options: FollowOptions,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<Session> {
  const { accounts, groups, trust, referrals, timing } = options;
  const parts = partsOf(accounts, groups);
  const search: Search = (request) =>
    withinTime((ends) => searchOn(connection, referrals, ends)(request), timing.proofMs, signal);
  const look = () => withinTime((ends) => trust.proof(connection, ends), timing.proofMs, signal);
  outlet.throttle(connection);
  await look();
  const isBeyondDoubt = trust.doubts.watch(connection);

  return {
    connection,
    parts,
    outlet,
    options,
    signal,
    search,
    async prove(folders) {
      // Its answers are not read while too much waits.
      await outlet.drained();
      await folders?.check(search);
      await look();
      if (!isBeyondDoubt())
        throw new Fault(
          'doubt',
          `${connection.server}: people were not to be seen for a time while they were listed`,
        );
    },
    watchFolders: () => watchFolders(parts, search),
  };
}
