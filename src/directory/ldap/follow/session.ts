import { Fault } from '../../directory.ts';
import { withinTime } from '../../waiting.ts';
import type { Search } from '../search.ts';
import { searchOn } from '../servers/results.ts';
import type { Connection } from '../wire/connection.ts';
import { createEmptyGroups, type EmptyGroups } from './emptygroups.ts';
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
  readonly empties: EmptyGroups;
  /** A search that has its time. */
  readonly search: Search;
  /**
   * Shows that the connection sees people, that no folder was moved, and tells of empty groups what it now knows. What was
   * heard before counts then.
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
  const { accounts, groups, trust, emptiness, schemas, referrals, timing } = options;
  const parts = partsOf(accounts, groups);
  const empties = createEmptyGroups({
    emptiness,
    schema: (on, ends) => schemas.of(on, ends),
  });
  const search: Search = (request) =>
    withinTime((ends) => searchOn(connection, referrals, ends)(request), timing.proofMs, signal);
  const look = () => withinTime((ends) => trust.proof(connection, ends), timing.proofMs, signal);
  outlet.throttle(connection);
  await look();
  const isBeyondDoubt = trust.doubts.watch(connection);

  async function settle(): Promise<void> {
    for (let left = empties.count(); left > 0; left -= AT_ONCE) {
      const entries = await empties.settle(connection, signal);
      if (entries.length > 0) outlet.tell({ kind: 'put', entries });
    }
  }

  return {
    connection,
    parts,
    outlet,
    options,
    signal,
    empties,
    search,
    async prove(folders) {
      // Its answers are not read while too much waits.
      await outlet.drained();
      await folders?.check(search);
      await settle();
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

const AT_ONCE = 200;
