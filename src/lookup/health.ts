import type { Cause } from '../directory/directory.ts';
import { readMs } from './durations.ts';
import type { Flight, Outcome, Policy } from './outcome.ts';

/** Why a question to a directory failed, and when, as `readMs` tells time. */
export interface LastFault {
  readonly cause: Cause;
  readonly reason: string;
  readonly at: number;
}

/** What an administrator asks first of a directory: what went wrong last. */
export interface Health {
  /** Of the directory itself, not of one address; absent: none since the start. */
  lastFault?: LastFault;
}

/** Not the directory's doing: a doubt about one address, and our own end. */
const NO_FAULTS = new Set<Cause>(['entry', 'shutdown']);

/** Keeps the last fault of a directory, those of its time limit and its proof included. */
export const withHealth =
  <T>(health: Health): Policy<Flight<T>> =>
  (next) =>
  async (key, signal) => {
    const outcome = await next(key, signal);
    const fault = faultOf(outcome);
    if (fault !== undefined) health.lastFault = fault;
    return outcome;
  };

const faultOf = (outcome: Outcome<unknown>): LastFault | undefined =>
  outcome.status === 'unknown' && !NO_FAULTS.has(outcome.cause)
    ? { cause: outcome.cause, reason: outcome.reason, at: readMs() }
    : undefined;
