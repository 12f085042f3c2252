import type { Stopwatch } from '../src/maps/stopwatch.ts';

/** A stopwatch that never looks at the time and counts nothing. */
export const createStopwatch = (): Stopwatch => ({
  start: () => 0,
  stopAtOnce: () => {},
  repeat: () => {},
  stopLate: () => {},
});
