import type { Clock } from '../clock.ts';
import type { Cause } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import type { Log } from '../log.ts';
import { printable } from '../printable.ts';
import { withoutNames } from '../redaction.ts';
import { readMs } from './durations.ts';
import type { LookupFigures } from './observe.ts';
import type { Flight, Outcome, Policy, Unknown } from './outcome.ts';

/** Why a question to a directory failed, and when, as `readMs` tells time. Whoever may see the figures sees it: it names nobody. */
export interface LastFault {
  readonly cause: Cause;
  readonly reason: string;
  readonly at: number;
}

/** What an administrator asks first of a directory: what is wrong with it, and since when. */
export interface Health {
  /** What went wrong last, of the directory itself, not of one address; absent: nothing since the start. */
  readonly lastFault: () => LastFault | undefined;
  /** When the first question was put that failed, and no later one was answered; absent: the last one was. The clock's. */
  readonly failingSince: () => number | undefined;
  /** The last outage that is over, where it was more than a lone fault; absent: there was none since the start. */
  readonly lastOutage: () => PastOutage | undefined;
  /** The first reason for which its *none* was not believed, until one is; absent: it is. */
  readonly doubt: () => LastFault | undefined;
  /** A question that was put at `begunAt` has ended. */
  note(outcome: Outcome<unknown>, begunAt: number): void;
  /** Its circuit opened: what comes of that is told when it closes. */
  opened(): void;
  /** Its circuit closed: gives what came of it meanwhile, for the log. */
  closed(): Toll | undefined;
  /** Ends its timer. */
  stop(): void;
}

/** What an outage came to: how long it lasted, and what callers got. */
export interface Toll {
  readonly seconds: number;
  /** Lookups that were answered *unknown*: their mail is deferred. */
  readonly deferred: number;
  /** Lookups that a remembered answer stood in for. */
  readonly fromMemory: number;
}

/** An outage that is over, on the clock. */
export interface PastOutage extends Toll {
  readonly since: number;
  readonly until: number;
}

export interface HealthOptions {
  readonly name: string;
  readonly figures: Pick<LookupFigures, 'unknown' | 'stale'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A long outage is told again this often. */
const REMIND_MS = 15 * 60_000;

/** The end of a shorter one is told only where its circuit opened: a directory that fails now and then would fill the log. */
const BRIEF_MS = 10_000;

interface Outage {
  readonly since: number;
  readonly unknown: number;
  readonly stale: number;
  /** The last fault, and whether it came after the outage was last told of. */
  fault: Unknown;
  isNew: boolean;
}

/** Creates the health of a directory that was not asked yet. */
export function createHealth({ name, figures, clock, log }: HealthOptions): Health {
  let lastFault: LastFault | undefined;
  let doubt: LastFault | undefined;
  let outage: Outage | undefined;
  let lastOutage: PastOutage | undefined;
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;
  /** When a question was last answered, and what callers had got by then. */
  let well = { at: Number.NEGATIVE_INFINITY, unknown: 0, stale: 0 };

  const tollOf = ({ since, unknown, stale }: Outage): Toll => ({
    seconds: Math.round((clock.now() - since) / 1000),
    deferred: figures.unknown - unknown,
    fromMemory: figures.stale - stale,
  });

  const remind = (): void => {
    // Nobody asked meanwhile: it may be well again.
    if (outage === undefined || !(outage.isNew || isOpen)) return;
    const { cause, reason } = outage.fault;
    outage.isNew = false;
    log.warn({ directory: name, ...tollOf(outage), cause, reason }, 'the directory still fails');
  };

  const begin = (fault: Unknown, begunAt: number): Outage => {
    timer = setInterval(remind, REMIND_MS);
    timer.unref();
    const { at, unknown, stale } = well;
    return { since: Math.max(begunAt, at), unknown, stale, fault, isNew: true };
  };

  /** Ends the outage; it is past as one where it is `told`. */
  const end = (told: 'told' | 'brief'): Toll | undefined => {
    const toll = outage && tollOf(outage);
    if (outage !== undefined && toll !== undefined && told === 'told')
      lastOutage = { ...toll, since: outage.since, until: clock.now() };
    outage = undefined;
    clearInterval(timer);
    well = { at: clock.now(), unknown: figures.unknown, stale: figures.stale };
    return toll;
  };

  const answered = (): void => {
    const isTold = outage !== undefined && clock.now() - outage.since >= BRIEF_MS;
    const toll = end(isTold ? 'told' : 'brief');
    if (isTold) log.info({ directory: name, ...toll }, 'the directory answers again');
  };

  const failed = (fault: Unknown, begunAt: number): void => {
    outage ??= begin(fault, begunAt);
    outage.fault = fault;
    outage.isNew = true;
  };

  return {
    lastFault: () => lastFault,
    failingSince: () => outage?.since,
    lastOutage: () => lastOutage,
    doubt: () => doubt,
    note: (outcome, begunAt) => {
      const fault = faultOf(outcome);
      if (fault !== undefined) lastFault = fault;
      if (fault?.cause === 'doubt') doubt ??= fault;
      if (outcome.status === 'none') doubt = undefined;
      // What it answers while its circuit is open was asked before.
      if (isOpen) return;
      if (outcome.status !== 'unknown' || ANSWERS.has(outcome.cause)) answered();
      else if (outcome.cause !== 'shutdown') failed(outcome, begunAt);
    },
    opened: () => {
      isOpen = true;
    },
    closed: () => {
      isOpen = false;
      return end('told');
    },
    stop: () => clearInterval(timer),
  };
}

/** With these it has answered, though nobody can use it. */
const ANSWERS = new Set<Cause>(['entry', 'doubt']);

/** Keeps what is to be known of a directory's health, its time limit and its proof included. */
export const withHealth =
  <T>(health: Health, clock: Clock): Policy<Flight<T>> =>
  (next) =>
  (key, signal) => {
    const begunAt = clock.now();
    return andThen(next(key, signal), (outcome) => {
      health.note(outcome, begunAt);
      return outcome;
    });
  };

/** Not the directory's doing: a doubt about one address, and our own end. */
const NO_FAULTS = new Set<Cause>(['entry', 'shutdown']);

/** So much of a reason, which may hold a server's words, is kept for whoever looks at figures. */
const MAX_REASON_LENGTH = 1000;

/** Makes a text fit for whoever may see figures: it names nobody, is one line, and not long. */
export const nameless = (text: string): string =>
  printable(withoutNames(text)).slice(0, MAX_REASON_LENGTH);

const faultOf = (outcome: Outcome<unknown>): LastFault | undefined =>
  outcome.status === 'unknown' && !NO_FAULTS.has(outcome.cause)
    ? { cause: outcome.cause, reason: nameless(outcome.reason), at: readMs() }
    : undefined;
