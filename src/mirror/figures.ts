import type { Said } from './said.ts';
import type { MirrorCounts, MirrorStatus } from './status.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

/** What happened at one mirror since the start: plain numbers. */
export interface MirrorFigures extends Mutable<MirrorCounts> {
  answers: Record<Said['is'], number>;
  /** The last whole listing, and when it ended, on the daemon's clock. */
  listing: (Required<MirrorStatus>['listing'] & { readonly endedAt: number }) | undefined;
  /** Values that nobody can use. */
  dropped: number;
}

export const createMirrorFigures = (): MirrorFigures => ({
  listings: { whole: 0, failed: 0 },
  changes: { put: 0, gone: 0, unchanged: 0 },
  confirmed: { found: 0, gone: 0, held: 0, unknown: 0 },
  gaps: 0,
  answers: { found: 0, stale: 0, absent: 0, lost: 0, doubt: 0, nothing: 0 },
  listing: undefined,
  dropped: 0,
});
