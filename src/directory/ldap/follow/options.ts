import type { AccountBranch, GroupBranch } from '../people/branch.ts';
import type { Trust } from '../trust/trust.ts';
import type { Connection } from '../wire/connection.ts';

/** What a directory is followed with. Durations in milliseconds. */
export interface FollowOptions {
  readonly accounts: AccountBranch;
  /** Absent: groups are not looked for. */
  readonly groups?: GroupBranch;
  /** Opens a connection of its own to the first server that serves. */
  readonly open: (signal: AbortSignal) => Promise<Connection>;
  readonly trust: Trust;
  readonly referrals: 'refuse' | 'ignore';
  readonly feed: 'auto' | 'syncrepl' | 'dirsync' | 'list';
  readonly refreshMs: number;
  readonly pollMs: number;
  readonly timing: Timing;
}

/** How long a feed waits for what. */
export interface Timing {
  /** Between two proofs that a connection on which nothing comes still lives and sees people. */
  readonly pulseMs: number;
  /** In a listing, no word for so long is a fault: 389-DS goes silent at its size limit. */
  readonly stallMs: number;
  /** For a proof, and for a few questions. */
  readonly proofMs: number;
}

/** How long they wait, but for tests. */
export const TIMING: Timing = { pulseMs: 15_000, stallMs: 60_000, proofMs: 10_000 };
