import { type Clock, preciseClock } from '../clock.ts';
import type { Maybe } from '../directory/directory.ts';
import { findingOf, none } from '../directory/finding.ts';
import { andThen } from '../directory/maybe.ts';
import { type Log, silentLog } from '../log.ts';
import { createLane, type LaneOptions } from '../lookup/lane.ts';
import { createMemory, type MemorySizes } from '../lookup/memory.ts';
import type { LookupFigures } from '../lookup/observe.ts';
import type { Context, Outcome } from '../lookup/outcome.ts';
import { createSource } from '../lookup/path.ts';
import type { Times } from '../lookup/remember.ts';
import { tempOf } from '../maps/answer.ts';
import { notFound, ok } from '../socketmap/protocol.ts';
import type { Handler } from './handlers.ts';

/** How a question is protected; what is left out is as the daemon has it. Durations are milliseconds. */
export interface ProtectOptions extends Partial<Times> {
  /** What is asked, in one word: it stands in the reasons of TEMP and in the log. Absent: `directory`. */
  readonly name?: string;
  /**
   * Shows that whoever is asked answers and sees what there is; throws where it can't. A *none* is believed only after a later
   * success of it, and it closes an open circuit. Absent: *none* is believed as it is said, and time closes the circuit.
   */
  readonly probe?: (signal: AbortSignal) => Promise<void>;
  /** How long one question may take; its answer still fills the memory. Absent: 2000. */
  readonly timeoutMs?: number;
  /** By when a caller has an outcome who names no deadline; absent: 5000. */
  readonly deadlineMs?: number;
  /** What is remembered, in entries: each kind apart. */
  readonly entries?: Partial<MemorySizes>;
  readonly limit?: Partial<LaneOptions['limit']>;
  readonly breaker?: Partial<LaneOptions['breaker']>;
  /** So many known keys may turn into *none* within a minute, before none of them is believed; absent: 20. */
  readonly flips?: number;
  /** And this share of those known, 0 to 1, within an hour; absent: a tenth. */
  readonly flipsGuard?: number;
  readonly log?: Log;
}

/** A question with all policies round it, as the daemon has them round a directory. */
export interface Protected<T> extends Disposable {
  /**
   * Asks for `key`: at once where memory knows, else as a promise. Never rejects: *found* with at least one value (`stale` says why
   * memory had to stand in), *none*, or *unknown* with a cause. A handler's context may be handed on.
   */
  lookup(key: string, context?: Pick<Context, 'arrivedAt' | 'deadline'>): Maybe<Outcome<T>>;
  /** Makes a map's handler of it: OK with what `write` makes of the values, NOTFOUND, or TEMP. */
  answer(write: (values: readonly T[]) => string): Handler;
  /** Others are there now: all that is remembered is stale, or forgotten where `keys` says whose. */
  forget(keys?: Iterable<string>): Promise<void>;
  /** Believes what too many at once turned into; says what was held, absent: nothing. */
  accept(): string | undefined;
  /** What it has counted: plain numbers. */
  readonly figures: LookupFigures;
  /** Whether the circuit is open: only the probe asks. */
  readonly isOpen: () => boolean;
  /** Ends its timers and what is under way; further questions are *unknown*. */
  stop(): void;
}

const TIMES: Times = {
  freshMs: 60_000,
  freshNoneMs: 10_000,
  unknownMs: 5000,
  staleMs: 86_400_000,
  prefetch: 0.75,
};
const ENTRIES: MemorySizes = { found: 100_000, none: 50_000, unknown: 10_000 };
const LIMIT: LaneOptions['limit'] = { inFlight: 32, perSecond: 500, queue: 1000, queueWaitMs: 200 };
const BREAKER: LaneOptions['breaker'] = {
  failures: 0.5,
  minimum: 10,
  windowMs: 10_000,
  probeMs: 1000,
};
const TIMEOUT_MS = 2000;
const DEADLINE_MS = 5000;

/**
 * Puts memory, single flight, stale answers, deadline, limit, breaker, proof and the hold of what vanishes round a question of
 * one's own. `find` gives the values of a key, none of them where there is nothing, and throws whatever else comes: an empty list
 * becomes NOTFOUND, which bounces mail. It ends by throwing when its signal fires.
 */
export function protect<T>(
  find: (key: string, signal: AbortSignal) => Promise<readonly T[]>,
  options: ProtectOptions = {},
): Protected<T> {
  const { name = 'directory', probe, log = silentLog, deadlineMs = DEADLINE_MS } = options;
  const clock: Clock = preciseClock;
  const memory = createMemory<T>({ ...ENTRIES, ...options.entries });
  const tenure = memory.open();
  tenure.begin();
  const lane = createLane(
    { probe: probe ?? (async () => {}) },
    {
      name,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      limit: { ...LIMIT, ...options.limit },
      breaker: { ...BREAKER, ...options.breaker },
      ...(options.flips !== undefined && { flips: options.flips }),
      ...(options.flipsGuard !== undefined && { flipsGuard: options.flipsGuard }),
      known: () => memory.sizes().found.size,
      healed: memory.forgetFaults,
      clock,
      log,
      showAddress: (address) => address,
    },
  );
  const nobody = none(probe === undefined ? 'connection' : 'probe', name);
  const source = createSource<T>(
    async (key, { signal }) => findingOf(await find(key, signal), () => nobody),
    tenure,
    lane,
    timesOf(options),
  );
  const contextNow = (): Context => {
    const arrivedAt = clock.now();
    return { arrivedAt, deadline: arrivedAt + deadlineMs };
  };
  const lookup: Protected<T>['lookup'] = (key, context = contextNow()) =>
    source.lookup(key, context);
  const stop = (): void => lane.stop();
  return {
    lookup,
    answer: (write) => {
      const say = (outcome: Outcome<T>) => {
        if (outcome.status === 'found') return ok(write(outcome.value));
        return outcome.status === 'none' ? notFound() : tempOf(outcome);
      };
      return (key, context) => andThen(lookup(key, context), say);
    },
    forget: async (keys) => {
      if (keys === undefined) return memory.expire();
      const concerned = new Set(keys);
      await memory.forget((key) => concerned.has(key));
    },
    accept: () => {
      const taken = lane.flips.accept();
      if (taken !== undefined) memory.forgetFaults();
      return taken;
    },
    figures: lane.figures,
    isOpen: lane.breaker.isOpen,
    stop,
    [Symbol.dispose]: stop,
  };
}

const timesOf = (given: Partial<Times>): Times => ({
  freshMs: given.freshMs ?? TIMES.freshMs,
  freshNoneMs: given.freshNoneMs ?? TIMES.freshNoneMs,
  unknownMs: given.unknownMs ?? TIMES.unknownMs,
  staleMs: given.staleMs ?? TIMES.staleMs,
  prefetch: given.prefetch ?? TIMES.prefetch,
});
