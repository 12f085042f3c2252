/** Tells monotonic time in whole milliseconds. Its zero means nothing; only differences do. */
export interface Clock {
  now(): number;
}

/** A clock that costs a property read; `stop` ends its timer. */
export interface CoarseClock extends Clock {
  stop(): void;
}

/**
 * Creates the clock that the daemon's hot path reads: it lags by up to `resolutionMs`, which no deadline here minds,
 * and saves a system call a lookup. Its timer does not keep the process alive.
 */
export function createCoarseClock(resolutionMs = 10): CoarseClock {
  let now = preciseClock.now();
  const timer = setInterval(() => {
    now = preciseClock.now();
  }, resolutionMs);
  timer.unref();
  return { now: () => now, stop: () => clearInterval(timer) };
}

/** Reads the time anew at each call: for tests, commands and whatever is asked rarely. */
export const preciseClock: Clock = { now: () => Math.trunc(performance.now()) };

/** The calendar's time in milliseconds, the one that outlives a process; it may jump. For ages across a restart only. */
export const wallClock: Clock = {
  now: () => Math.trunc(performance.timeOrigin + performance.now()),
};
