import { reasonOf } from '../../../reason.ts';
import { Fault, type Listed } from '../../directory.ts';
import { namesMembers } from '../people/unmatched.ts';
import type { LdapEntry } from '../search.ts';
import { readOn } from '../servers/results.ts';
import type { Proof } from '../trust/proof.ts';
import type { Schema } from '../trust/schematext.ts';
import type { Connection } from '../wire/connection.ts';
import { listedOf, type Part } from './listed.ts';

/**
 * Groups that show no member. A right to see members that was lost looks the same, so each is told as doubtful until it is
 * shown that members of others are to be seen, as for a group that is asked for.
 */
export interface EmptyGroups {
  /** What is to be told of an entry now. */
  readonly listed: (ref: string, entry: LdapEntry, part: Part) => Listed;
  /** Forgets one that is gone. */
  readonly forget: (refs: readonly string[]) => void;
  /** Looks at those that are in doubt; gives what is to be told of them now. */
  readonly settle: (
    connection: Connection,
    signal: AbortSignal,
  ) => Promise<readonly (readonly [ref: string, entry: Listed])[]>;
  /** How many are in doubt. */
  readonly count: () => number;
}

export interface EmptyGroupsOptions {
  /** What has to be shown of a group that names nobody for it to be believed. */
  readonly emptiness: (group: LdapEntry, schema: Schema) => Proof;
  readonly schema: (connection: Connection, signal: AbortSignal) => Promise<Schema>;
}

/** So many are looked at at a time, each of which takes a question. */
const AT_ONCE = 200;

interface Doubtful {
  readonly entry: LdapEntry;
  readonly part: Part;
}

/** Creates it for one feed. */
export function createEmptyGroups({ emptiness, schema }: EmptyGroupsOptions): EmptyGroups {
  const doubtful = new Map<string, Doubtful>();

  /** One proof for all that are of the same classes. */
  async function prove(
    groups: readonly Doubtful[],
    connection: Connection,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const known = await schema(connection, signal);
    const first = new Map(groups.map(({ entry }) => [classesOf(entry), entry]));
    const doubts = new Map<string, string>();
    for (const [classes, entry] of first) {
      try {
        await emptiness(entry, known)(connection, signal);
      } catch (error) {
        if (!(error instanceof Fault) || error.kind !== 'entry') throw error;
        doubts.set(classes, reasonOf(error));
      }
    }
    return doubts;
  }

  async function settleOne(
    [ref, held]: readonly [string, Doubtful],
    doubts: ReadonlyMap<string, string>,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<readonly [string, Listed][]> {
    const { entry, part } = held;
    const doubt = doubts.get(classesOf(entry));
    if (doubt !== undefined) return [[ref, { ...listedOf(entry, part), doubt }]];
    const again = await readOn(connection, signal)(entry.dn, part.attributes);
    // It was told of anew meanwhile, or will be.
    if (typeof again === 'string' || doubtful.get(ref) !== held) return [];
    return [[ref, listedOf(again, part)]];
  }

  return {
    listed(ref, entry, part) {
      const listed = listedOf(entry, part);
      if (part.branch.kind === 'account' || namesMembers(entry, part.branch)) {
        doubtful.delete(ref);
        return listed;
      }
      doubtful.set(ref, { entry, part });
      return { ...listed, doubt: 'it shows no member, which has yet to be proved' };
    },
    forget(refs) {
      for (const ref of refs) doubtful.delete(ref);
    },
    async settle(connection, signal) {
      const some = [...doubtful].slice(0, AT_ONCE);
      if (some.length === 0) return [];
      const groups = some.map(([, held]) => held);
      const before = await prove(groups, connection, signal);
      const told: (readonly [string, Listed])[] = [];
      for (const each of some) told.push(...(await settleOne(each, before, connection, signal)));
      // A right may have gone between: what was read is believed if it is there afterwards too.
      const after = await prove(groups, connection, signal);
      return told.filter(([ref, listed]) => {
        const held = doubtful.get(ref);
        if (held === undefined) return false;
        doubtful.delete(ref);
        if (listed.doubt === undefined && !after.has(classesOf(held.entry))) return true;
        // Behind all others.
        doubtful.set(ref, held);
        return listed.doubt !== undefined;
      });
    },
    count: () => doubtful.size,
  };
}

const classesOf = ({ attributes }: LdapEntry): string =>
  (attributes.get('objectclass') ?? []).map(String).toSorted().join();
