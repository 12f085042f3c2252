import { readFileSync } from 'node:fs';

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

/**
 * The calendar's time in milliseconds, as the system has it at each call: it is set forwards and backwards, by hours,
 * while we run. For what others read, and for nothing that is measured.
 */
export const wallClock: Clock = { now: () => Date.now() };

/** A calendar that is set by less than this was only trimmed. */
const TRIM_MS = 500;

let offsetMs = Date.now() - performance.now();

/**
 * The calendar's milliseconds of an instant that `performance.now()` told: right also where the calendar was set since
 * then, and the same at each call where it was not, so that a figure made of it stands still.
 */
export function calendarOf(at: number): number {
  const now = wallClock.now() - performance.now();
  if (Math.abs(now - offsetMs) >= TRIM_MS) offsetMs = now;
  return offsetMs + at;
}

/** An instant that is written down, so that another process can tell how long ago it was (`ageOf`). JSON. */
export interface Stamp {
  /** By the calendar. */
  readonly at: number;
  /** Since which start of the system, and how long after it: what no setting of the calendar touches. */
  readonly boot?: string;
  readonly upMs?: number;
}

/** Stamps what is written now. */
export function stampNow(): Stamp {
  const boot = bootId();
  const at = wallClock.now();
  return boot === undefined ? { at } : { at, boot, upMs: upMs() };
}

/**
 * How long ago `stamp` was made, in milliseconds, 0 or more. Until the system starts anew the calendar does not count;
 * from then on it does, and one that was set back meanwhile takes the stamp for new.
 */
export function ageOf({ at, boot, upMs: then }: Stamp): number {
  const age =
    boot !== undefined && then !== undefined && boot === bootId()
      ? upMs() - then
      : wallClock.now() - at;
  return Math.max(0, age);
}

/** Whether `ageOf` can tell: not where the system started anew, and its calendar is before the stamp. */
export const isAgeKnown = ({ at, boot, upMs: then }: Stamp): boolean =>
  (boot !== undefined && then !== undefined && boot === bootId()) ||
  wallClock.now() >= at - TRIM_MS;

/** Of all processes of the machine, since it started. */
const upMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

let known: string | undefined;

/** Which start of the machine this is; absent where the system does not tell. */
function bootId(): string | undefined {
  try {
    known ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Another system than Linux: the calendar has to do.
  }
  return known;
}
