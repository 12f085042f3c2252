import { ageOf, type Clock, isAgeKnown, type Stamp, stampNow, wallClock } from '../../clock.ts';

/**
 * A mirror's own time, which goes on over restarts, and which no setting of the calendar moves while the machine runs. It
 * begins as the calendar's milliseconds, so that whoever looks at the file can read it.
 */
export interface Timeline {
  /** At an instant of the daemon's clock; absent: now. */
  at(instant?: number): number;
  /** The instant of the daemon's clock that is `time` here. */
  instantOf(time: number): number;
  /** Whether it can be told how long ago `time` was: not where a former process wrote it, and the calendar was set back since. */
  knows(time: number): boolean;
  /** For another process to go on from. */
  stamp(): Stamp;
}

/** How time goes on from one process to the next. */
export interface Calendar {
  readonly now: () => number;
  readonly stamp: () => Stamp;
  readonly ageOf: (stamp: Stamp) => number;
  /** Whether it can tell that. */
  readonly isAgeKnown: (stamp: Stamp) => boolean;
}

/** The machine's. */
export const systemCalendar: Calendar = {
  now: () => wallClock.now(),
  stamp: stampNow,
  ageOf,
  isAgeKnown,
};

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
  const isKnown = written === undefined || calendar.isAgeKnown(written.stamp);
  return {
    at: (instant = clock.now()) => instant + offset,
    instantOf: (time) => time - offset,
    knows: (time) => isKnown || time > begun,
    stamp: calendar.stamp,
  };
}
