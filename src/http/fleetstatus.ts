import { calendarOf } from '../clock.ts';
import type { FleetStatus } from '../fleet/contract.ts';
import type { DirectoryStatus } from './directorystatus.ts';

/** How the fleet fares, as `/api/status` shows it. Instants are ISO 8601. */
export interface FleetReport {
  readonly name: string;
  readonly isUp: boolean;
  /** Since when; absent: the engine was never reached. */
  readonly since?: string;
  /** Daemons, this one included, as last seen. */
  readonly size: number;
  /** Some of them. */
  readonly members: readonly { readonly name: string; readonly version: string }[];
  /** When the engine was heard last; absent: never. */
  readonly heard?: string;
  /** By how much the engine's calendar is before this host's, or behind it (below 0). */
  readonly differenceMs?: number;
  /** News that wait to be told. */
  readonly waiting: number;
  /** What lay in the engine and was not believed, since the start. */
  readonly refused: FleetStatus['refused'];
  /** The daemons that follow mirrored directories for this one, too. */
  readonly taken: readonly { readonly directory: string; readonly from: string }[];
}

/** A page of a thousand names is no page. */
const MOST_MEMBERS = 20;

/** Describes it. */
export function describeFleet(
  { sinceMs, heardMs, members, differenceMs, name, isUp, size, waiting, refused }: FleetStatus,
  directories: readonly Pick<DirectoryStatus, 'name' | 'mirror'>[],
): FleetReport {
  return {
    name,
    isUp,
    ...(sinceMs !== undefined && { since: instantOf(sinceMs) }),
    size,
    members: members
      .slice(0, MOST_MEMBERS)
      .map(({ name: member, version }) => ({ name: member, version })),
    ...(heardMs !== undefined && { heard: instantOf(heardMs) }),
    ...(differenceMs !== undefined && { differenceMs }),
    waiting,
    refused,
    taken: directories.flatMap(({ name: directory, mirror }) =>
      mirror?.takenFrom === undefined ? [] : [{ directory, from: mirror.takenFrom }],
    ),
  };
}

const instantOf = (agoMs: number): string =>
  new Date(calendarOf(performance.now() - agoMs)).toISOString();
