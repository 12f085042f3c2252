import type { Clock } from '../clock.ts';
import type { Cause } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import type { KeptFound, Memory } from './memory.ts';
import type { LookupFigures } from './observe.ts';
import {
  type Context,
  type Flight,
  type Found,
  type Lookup,
  type Outcome,
  unknown,
} from './outcome.ts';
import type { FaultReport } from './report.ts';

/** How long what is known counts as known. Milliseconds. */
export interface Times {
  readonly freshMs: number;
  readonly freshNoneMs: number;
  /** A key whose question failed is not asked again for this long. */
  readonly unknownMs: number;
  readonly staleMs: number;
  /** The share of `freshMs`, 0 to 1, after which a question refreshes its answer in the background. */
  readonly prefetch: number;
}

export interface RememberOptions<T> {
  readonly name: string;
  readonly memory: Memory<T>;
  readonly times: Times;
  readonly clock: Clock;
  /** Ends with the daemon; no caller's. */
  readonly lifetime: AbortSignal;
  readonly hasRoom: () => boolean;
  readonly figures: LookupFigures;
  readonly report: FaultReport;
  readonly log: Log;
}

type BugOptions = Pick<RememberOptions<unknown>, 'name' | 'lifetime' | 'figures' | 'log'>;

/** Faults that cost the directory nothing, or are over when they are seen: the next question may ask at once. */
const UNKEPT = new Set<Cause>(['overload', 'breaker-open', 'shutdown', 'starting', 'bug']);

/** Answers from memory, else joins or starts the one flight for the key. Turns a `Flight` into a `Lookup`. */
export function remembering<T>(flight: Flight<T>, options: RememberOptions<T>): Lookup<T> {
  const { name, memory, times, clock, figures } = options;
  const { flights } = memory;

  const keep = (key: string, outcome: Outcome<T>): void => {
    const askedAt = clock.now();
    if (outcome.status === 'found') {
      memory.found.set(key, keptFound(outcome, askedAt, times));
      memory.none.delete(key);
      memory.unknown.delete(key);
    } else if (outcome.status === 'none') {
      memory.none.set(key, { outcome, askedAt, freshUntil: askedAt + jitter(times.freshNoneMs) });
      memory.found.delete(key);
      memory.unknown.delete(key);
    } else if (!UNKEPT.has(outcome.cause)) {
      options.report(key, outcome);
      memory.unknown.set(key, { outcome, askedAt, freshUntil: askedAt + jitter(times.unknownMs) });
    }
  };

  const fly = catchingBugs(flight, options);

  const depart = (key: string): Promise<Outcome<T>> => {
    const own: Promise<Outcome<T>> = fly(key).then((outcome) => {
      if (flights.get(key) === own) {
        flights.delete(key);
        keep(key, outcome);
      }
      return outcome;
    });
    flights.set(key, own);
    return own;
  };

  /** Refreshes a hot key in the background, unless it is under way, just failed, or would have to queue. */
  const prefetch = (key: string, { arrivedAt }: Context): void => {
    const failed = memory.unknown.get(key);
    if (flights.has(key) || (failed !== undefined && arrivedAt < failed.freshUntil)) return;
    if (!options.hasRoom()) return;
    figures.prefetched += 1;
    void depart(key);
  };

  const askAnew = (key: string, context: Context): Promise<Outcome<T>> => {
    const underWay = flights.get(key);
    if (underWay === undefined) {
      context.tell?.({ step: 'asked', directory: name, key });
      return depart(key);
    }
    figures.joined += 1;
    context.tell?.({ step: 'memory', directory: name, key, state: 'joined' });
    return underWay;
  };

  return (key, context) => {
    const known = memory.found.get(key);
    if (known !== undefined && context.arrivedAt < known.freshUntil) {
      if (context.arrivedAt >= known.prefetchAt) prefetch(key, context);
      if (context.tell !== undefined) tellAge(name, key, context, 'fresh', known.askedAt);
      return known;
    }
    const last = memory.unknown.get(key) ?? memory.none.get(key);
    if (last === undefined || context.arrivedAt >= last.freshUntil) return askAnew(key, context);
    if (context.tell !== undefined) tellAge(name, key, context, last.outcome.status, last.askedAt);
    return last.outcome;
  };
}

/** Flies on the daemon's signal. A bug in a policy ends as *unknown*, for whoever waits and where nobody does alike. */
export const catchingBugs =
  <T>(flight: Flight<T>, { name, lifetime, figures, log }: BugOptions) =>
  async (key: string): Promise<Outcome<T>> => {
    try {
      return await flight(key, lifetime);
    } catch (error) {
      figures.bugs += 1;
      log.error({ directory: name, err: error }, 'a lookup failed by a bug of idpmap');
      return unknown('bug', name, 'a bug of idpmap, see its log');
    }
  };

function tellAge(
  directory: string,
  key: string,
  context: Context,
  state: 'fresh' | 'none' | 'unknown',
  askedAt: number,
): void {
  context.tell?.({ step: 'memory', directory, key, state, ageMs: context.arrivedAt - askedAt });
}

function keptFound<T>({ value }: Found<T>, askedAt: number, times: Times): KeptFound<T> {
  const lifeMs = jitter(times.freshMs);
  const prefetchAt = askedAt + Math.trunc(lifeMs * times.prefetch);
  // A copy is as long as it must be: what `filter` made has room for 17, kept for a day.
  return {
    status: 'found',
    value: value.slice(),
    askedAt,
    prefetchAt,
    freshUntil: askedAt + lifeMs,
  };
}

/** ±10 %, so that what was learnt together is not asked again together. */
const jitter = (ms: number): number => Math.trunc(ms * (0.9 + Math.random() * 0.2));
