import type { Clock } from '../clock.ts';
import type { Cause, Maybe } from '../directory/directory.ts';
import { andThen, orElse } from '../directory/maybe.ts';
import type { Log } from '../log.ts';
import type { Life } from './kept.ts';
import type { Tenure } from './memory.ts';
import type { LookupFigures } from './observe.ts';
import {
  type Context,
  type Flight,
  type Lookup,
  type Outcome,
  type Step,
  unknown,
} from './outcome.ts';
import type { FaultReport } from './report.ts';
import { noteAsking } from './tally.ts';

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
  readonly tenure: Tenure<T>;
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
  const { name, tenure, times, clock, figures } = options;
  const fly = catchingBugs(withReport(flight, options.report), options);
  const lifeOf = (outcome: Outcome<T>): Life | undefined => lifeAt(clock.now(), outcome, times);
  const tellFleet = createFleetTeller<T>(name, clock);

  /** Refreshes a hot key in the background, unless it is under way, just failed, or would have to queue. */
  const prefetch = (key: string, { arrivedAt }: Context): void => {
    if (tenure.underWay(key) !== undefined || tenure.hasFailed(key, arrivedAt)) return;
    if (!options.hasRoom()) return;
    figures.prefetched += 1;
    void tenure.depart(key, fly, lifeOf);
  };

  const askAnew = (key: string, context: Context): Maybe<Outcome<T>> => {
    const underWay = tenure.underWay(key);
    if (underWay === undefined) {
      noteAsking();
      const flown = tenure.depart(key, fly, lifeOf);
      return context.tell === undefined ? flown : tellFleet(key, flown, context.tell);
    }
    figures.joined += 1;
    context.tell?.({ step: 'memory', directory: name, key, state: 'joined' });
    return underWay;
  };

  return (key, context) => {
    const kept = tenure.fresh(key, context.arrivedAt);
    if (kept === undefined) return askAnew(key, context);
    if (kept.status === 'found' && context.arrivedAt >= kept.goodUntil) prefetch(key, context);
    if (context.tell !== undefined) {
      const state = kept.status === 'found' ? 'fresh' : kept.status;
      const ageMs = context.arrivedAt - kept.askedAt;
      context.tell({ step: 'memory', directory: name, key, state, ageMs });
    }
    return kept;
  };
}

/** Tells of an outcome whether the directory was asked for it, or another daemon has been told it. */
const createFleetTeller =
  <T>(directory: string, clock: Clock) =>
  (key: string, flown: Maybe<Outcome<T>>, tell: (step: Step) => void): Maybe<Outcome<T>> =>
    andThen(flown, (outcome) => {
      if (outcome.status === 'unknown' || outcome.by === undefined)
        tell({ step: 'asked', directory, key });
      else {
        const { by, askedAt = clock.now() } = outcome;
        const ageMs = clock.now() - askedAt;
        tell({ step: 'memory', directory, key, state: 'fleet', ageMs, by });
      }
      return outcome;
    });

/**
 * How long an outcome is remembered; absent: not at all. What another daemon was told keeps its age, and what an old copy
 * says is never made fresh by it.
 */
function lifeAt(now: number, outcome: Outcome<unknown>, times: Times): Life | undefined {
  const askedAt = (outcome.status === 'unknown' ? undefined : outcome.askedAt) ?? now;
  if (outcome.status === 'found') {
    if (outcome.stale !== undefined) return undefined;
    const lifeMs = jitter(times.freshMs);
    const goodUntil = askedAt + Math.trunc(lifeMs * times.prefetch);
    return { askedAt, goodUntil, freshUntil: askedAt + lifeMs };
  }
  if (outcome.status === 'unknown' && UNKEPT.has(outcome.cause)) return undefined;
  const until = askedAt + jitter(outcome.status === 'none' ? times.freshNoneMs : times.unknownMs);
  return { askedAt, goodUntil: until, freshUntil: until };
}

const withReport =
  <T>(flight: Flight<T>, report: FaultReport): Flight<T> =>
  (key, signal) =>
    andThen(flight(key, signal), (outcome) => {
      if (outcome.status === 'unknown' && !UNKEPT.has(outcome.cause)) report(key, outcome);
      return outcome;
    });

/** Flies on the daemon's signal. A bug in a policy ends as *unknown*, for whoever waits and where nobody does alike. */
export function catchingBugs<T>(
  flight: Flight<T>,
  { name, lifetime, figures, log }: BugOptions,
): (key: string) => Maybe<Outcome<T>> {
  const excuse = (error: unknown): Outcome<T> => {
    figures.bugs += 1;
    tellBug(log, name, error);
    return unknown('bug', name, 'a bug of idpmap, see its log');
  };
  return (key) => orElse(() => flight(key, lifetime), excuse);
}

function tellBug(log: Log, directory: string, err: unknown): void {
  try {
    log.error({ directory, err }, 'a lookup failed by a bug of idpmap');
  } catch {
    // The log of whoever embeds us may be what failed. Its figure is all that can be told then.
  }
}

/** ±10 %, so that what was learnt together is not asked again together. */
const jitter = (ms: number): number => Math.trunc(ms * (0.9 + Math.random() * 0.2));
