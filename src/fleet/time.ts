import { preciseClock, wallClock } from '../clock.ts';
import { Nonsense, readCount, readList } from './replies.ts';

/** The fleet's time, which is the engine's: no daemon's calendar counts. Milliseconds. */
export interface FleetTime {
  /** Absent before the first beat. */
  now(): number | undefined;
  /** The fleet's time of an instant of the daemon's clock. */
  toFleet(localMs: number): number | undefined;
  /** The daemon's clock at an instant of the fleet's time. */
  toLocal(fleetMs: number): number;
  /** By how much the engine's calendar is before (above 0) or behind this host's. */
  differenceMs(): number | undefined;
  /** Whether a *none* that was said at this instant counts: not from before the engine's clock leapt, nor while it is far off. */
  countsNone(askedAt: number): boolean;
  /**
   * The engine told `fleetMs` between these two instants of the daemon's clock. `back`: its clock was set back, or another
   * engine took over whose clock is behind.
   */
  set(fleetMs: number, sentAt: number, receivedAt: number): 'on' | 'back';
}

/** Whatever is from further ahead than this is not believed. */
export const MOST_AHEAD_MS = 1000;

/** A leap of more than this is another engine, a clock that was set, or a lie. */
const LEAP_MS = 250;

/** The engine's time and the host's calendar agree as well as this, or its ages are not to be trusted for a *none*. */
export const MOST_DIFFERENCE_MS = 5000;

/** Creates it; the time is not known yet. */
export function createFleetTime(): FleetTime {
  let offset: number | undefined;
  let difference: number | undefined;
  let leaptAt = Number.NEGATIVE_INFINITY;
  return {
    now: () => (offset === undefined ? undefined : preciseClock.now() + offset),
    toFleet: (localMs) => (offset === undefined ? undefined : localMs + offset),
    toLocal: (fleetMs) => fleetMs - (offset ?? 0),
    differenceMs: () => difference,
    countsNone: (askedAt) =>
      askedAt > leaptAt && difference !== undefined && Math.abs(difference) <= MOST_DIFFERENCE_MS,
    set: (fleetMs, sentAt, receivedAt) => {
      const next = fleetMs - Math.trunc((sentAt + receivedAt) / 2);
      // A slow reply tells the time no better than it took.
      const doubtMs = (receivedAt - sentAt) / 2;
      const isLeap = offset !== undefined && Math.abs(next - offset) > LEAP_MS + doubtMs;
      const isBack = isLeap && offset !== undefined && next < offset;
      if (isLeap)
        leaptAt = Math.max(fleetMs, Math.min(receivedAt + (offset ?? 0), fleetMs + MOST_AHEAD_MS));
      // A reading that agrees as far as it can tell is no better than the one that is known.
      if (offset === undefined || Math.abs(next - offset) > doubtMs) offset = next;
      difference = fleetMs - wallClock.now();
      return isBack ? 'back' : 'on';
    },
  };
}

/** Calendars end there. */
const LAST_MS = 8.64e15;

/**
 * Reads what the engine's TIME says, seconds and microseconds, as milliseconds.
 * @throws {Nonsense} where it is no time, which must not be taken for one: all ages would be counted by it
 */
export function readTime(reply: unknown): number {
  const [seconds, micros] = readList(reply).map(readCount);
  const ms = (seconds ?? Number.NaN) * 1000 + Math.trunc((micros ?? Number.NaN) / 1000);
  if (ms > 0 && ms < LAST_MS) return ms;
  throw new Nonsense('time');
}
