import { ageOf, type Clock, type Stamp, stampNow, wallClock } from '../../clock.ts';

/**
 * A mirror's own time, which goes on over restarts, and which no setting of the calendar moves while the machine runs. It
 * begins as the calendar's milliseconds, so that whoever looks at the file can read it.
 */
export interface Timeline {
  /** At an instant of the daemon's clock; absent: now. */
  at(instant?: number): number;
  /** The instant of the daemon's clock that is `time` here. */
  instantOf(time: number): number;
  /** For another process to go on from. */
  stamp(): Stamp;
}

/** How time goes on from one process to the next. */
export interface Calendar {
  readonly now: () => number;
  readonly stamp: () => Stamp;
  readonly ageOf: (stamp: Stamp) => number;
}

/** The machine's. */
export const systemCalendar: Calendar = { now: () => wallClock.now(), stamp: stampNow, ageOf };

/** What a file says of its time: it was `at` when this was stamped. */
export interface Written {
  readonly at: number;
  readonly stamp: Stamp;
}

/** Goes on from what a file says; absent: begins. */
export function createTimeline(
  clock: Clock,
  written?: Written,
  calendar = systemCalendar,
): Timeline {
  const begun = written === undefined ? calendar.now() : written.at + calendar.ageOf(written.stamp);
  const offset = Math.trunc(begun) - clock.now();
  return {
    at: (instant = clock.now()) => instant + offset,
    instantOf: (time) => time - offset,
    stamp: calendar.stamp,
  };
}
