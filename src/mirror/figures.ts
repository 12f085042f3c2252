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
}

export const createMirrorFigures = (): MirrorFigures => ({
  listings: 0,
  failures: 0,
  gaps: 0,
  changes: 0,
  kept: 0,
  gone: 0,
  dropped: 0,
});
