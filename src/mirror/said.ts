import type { Entry, None } from '../directory/directory.ts';

/** What a mirror says of an address. */
export type Said =
  | SaidFound
  | SaidAbsent
  | SaidStale
  | SaidDoubt
  | SaidLost
  | { readonly is: 'nothing' };

/** In step: as good as asking. It is handed on as it stands, for whoever is asked for most is not made twice. */
export interface SaidFound {
  readonly is: 'found';
  readonly status: 'found';
  readonly value: readonly Entry[];
  /** Until when the mirror is in step, on the daemon's clock. */
  readonly goodUntil: number;
  /** Of a group, which others are in: what had changed by then. Absent: its own entries alone decide. */
  readonly since?: number;
}

/** Known of an older time: stands in for a directory that can't be asked. */
export interface SaidStale {
  readonly is: 'stale';
  readonly value: readonly Entry[];
  /** It was lost with too many others: the directory is not asked. Absent: it is. */
  readonly held?: string;
}

/** Not there. */
export interface SaidAbsent {
  readonly is: 'absent';
  /** Nobody has to be asked, until the mirror is no longer in step. */
  readonly denied?: None & { readonly goodUntil: number };
  /** Nobody is there either where the directory can't be reached. */
  readonly mayDenyUnreached: boolean;
}

/** It was somebody's a while ago. */
export interface SaidLost {
  readonly is: 'lost';
  /**
   * The directory is asked, and may only accept: somebody was seen under it whom the feed has not told of (`elsewhere`), or it is
   * a group whose members may be among those who are held (`members`).
   */
  readonly isAsked?: 'elsewhere' | 'members';
}

/** In step, and nobody can say where mail for it goes: as the directory would. */
export interface SaidDoubt {
  readonly is: 'doubt';
  readonly reason: string;
  /** Two have it, one of whom may be gone: the directory is asked. Absent: it would say the same. */
  readonly isAsked?: true;
}
