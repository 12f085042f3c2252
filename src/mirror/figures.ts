import type { Said } from './said.ts';

/** What happened at one mirror since the start. */
export interface MirrorFigures {
  /** Listings that ended whole. */
  listings: number;
  /** Feeds that ended with a fault, gaps among them. */
  failures: number;
  gaps: number;
  /** Entries that were put, changed or removed. */
  changes: number;
  /** Whom a listing did not show: found nevertheless, or gone. */
  kept: number;
  gone: number;
  /** Values that nobody can use. */
  dropped: number;
  /** How long the last whole listing took, in ms; absent: there was none. */
  listingMs?: number;
  /** Why it was told no more, the last time; absent: it goes on. */
  reason?: string;
  /** What lookups were told. */
  readonly answers: Record<Said['is'], number>;
}

export const createMirrorFigures = (): MirrorFigures => ({
  listings: 0,
  failures: 0,
  gaps: 0,
  changes: 0,
  kept: 0,
  gone: 0,
  dropped: 0,
  answers: { found: 0, stale: 0, absent: 0, lost: 0, doubt: 0, nothing: 0 },
});
