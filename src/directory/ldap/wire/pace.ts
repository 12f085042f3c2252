/** How a server is to be asked. */
export interface Pace {
  /** So many questions are under way at a time, others wait. */
  readonly width: number;
  /** After so many seconds the server ends a search itself. Samba counts ticks of a clock: 1 may be over in 1 ms. */
  readonly timeLimitS: number;
}

/** As fast as it likes. */
export const PACE: Pace = { width: Number.POSITIVE_INFINITY, timeLimitS: 2 };
