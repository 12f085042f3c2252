import CircuitBreaker from 'opossum';
import { type Cause, isDoubt, type Maybe } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import { readMs } from './durations.ts';
import type { Health } from './health.ts';
import { type Flight, type Outcome, type Policy, type Unknown, unknown } from './outcome.ts';
import type { Probe } from './probe.ts';

export interface BreakerOptions {
  readonly name: string;
  /** The share of failed questions, 0 to 1, above which the circuit opens. */
  readonly failures: number;
  /** Fewer questions than this within the window prove nothing. */
  readonly minimum: number;
  readonly windowMs: number;
  /** While open, the directory is probed this often; a success closes the circuit. */
  readonly probeMs: number;
  readonly probe: Probe;
  /** Whether it is this daemon's turn to probe; absent: always. */
  readonly mayProbe?: () => Promise<boolean>;
  readonly lifetime: AbortSignal;
  /** Hears when the circuit opens and closes, and tells what came of it; absent: nobody does. */
  readonly health?: Pick<Health, 'opened' | 'closed'>;
  /** Called when the circuit closes again, by a probe of this daemon's or by `close`. */
  readonly healed: (by: 'probe' | 'another') => void;
  readonly log: Log;
}

/** One directory's circuit: open means that the directory is failing and is only probed. */
export interface Breaker {
  readonly isOpen: () => boolean;
  /** Whether the directory may be asked: it is neither open nor stopped. */
  readonly isClosed: () => boolean;
  /** When it last opened or closed, as `readMs` tells time; absent: it is closed since the start. */
  readonly changedAt: () => number | undefined;
  /** How often it has opened. */
  readonly openings: () => number;
  /** Asks, and counts what comes of it before it gives that; a bug is a failure, too. */
  count<V>(ask: () => Maybe<V>, isFailure: (value: V) => boolean): Maybe<V>;
  /** Closes it where it is open: another daemon's probe has succeeded. */
  close(): void;
  /** Ends its timers; a closed breaker probes no more. */
  stop(): void;
}

/** Tells opossum, which sees rejections only, that the directory failed. */
class Failed extends Error {}

const fail = (): never => {
  throw new Failed();
};

/** Why a circuit opens. */
const FAILURES = 'too many questions to the directory fail';

/** opossum would try one question of a caller after this; here the probe decides instead. Its largest timer. */
const NEVER_MS = 2 ** 31 - 1;

/** Creates a directory's circuit. Its probes run until `stop`. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { name, probe, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let openings = 0;
  let changedAt: number | undefined;
  let circuit = create();

  function create(): CircuitBreaker<[() => Promise<void>], void> {
    const fresh = new CircuitBreaker((task: () => Promise<void>) => task(), {
      timeout: false,
      errorThresholdPercentage: options.failures * 100,
      volumeThreshold: options.minimum,
      rollingCountTimeout: options.windowMs,
      resetTimeout: NEVER_MS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    });
    fresh.on('open', () => {
      openings += 1;
      changedAt = readMs();
      options.health?.opened();
      log.error(
        { directory: name, reason: FAILURES },
        'circuit opened: only probes ask the directory now',
      );
      // Each on its own: one that hangs must not keep the next from finding the directory well again.
      timer = setInterval(() => void tryProbe(fresh), options.probeMs);
      timer.unref();
    });
    return fresh;
  }

  const tryProbe = async (failing: typeof circuit): Promise<void> => {
    try {
      if (!((await options.mayProbe?.()) ?? true)) return;
      await probe(options.lifetime);
    } catch (error) {
      log.debug({ directory: name, err: error }, 'probe failed');
      // It answers; only its none is in doubt.
      if (!isDoubt(error)) return;
    }
    // That of an earlier outage is over: what its late probes say is nothing to the circuit of today.
    if (!failing.isShutdown) heal('probe');
  };

  /** A new circuit, for opossum's window still holds the outage and would open again at the first failure. */
  const heal = (by: 'probe' | 'another'): void => {
    clearInterval(timer);
    circuit.shutdown();
    circuit = create();
    changedAt = readMs();
    const toll = options.health?.closed();
    log.info({ directory: name, ...toll }, 'circuit closed: the directory answers again');
    options.healed(by);
  };

  /** As `fire` does, which makes five promises of it. A circuit opens by the share of failures in what was asked. */
  const countAnswer = (): void => void circuit.emit('fire');

  const countFailure = (): void => void circuit.fire(fail).catch(() => {});

  const countLate = <V>(asked: Promise<V>, isFailure: (value: V) => boolean): Promise<V> => {
    const give = (): Promise<V> => asked;
    const judge = (value: V): void => {
      if (isFailure(value)) throw new Failed();
    };
    return circuit.fire(() => asked.then(judge)).then(give, give);
  };

  /** After `NEVER_MS` it calls itself half-open, and would try a caller's question. */
  const isOpen = (): boolean => circuit.opened || circuit.halfOpen;

  return {
    isOpen,
    changedAt: () => changedAt,
    openings: () => openings,
    isClosed: () => circuit.closed,
    count: (ask, isFailure) => {
      let asked: ReturnType<typeof ask>;
      try {
        asked = ask();
      } catch (error) {
        countFailure();
        throw error;
      }
      if (asked instanceof Promise) return countLate(asked, isFailure);
      if (isFailure(asked)) countFailure();
      else countAnswer();
      return asked;
    },
    close: () => {
      if (isOpen()) heal('another');
    },
    stop: () => {
      clearInterval(timer);
      circuit.shutdown();
    },
  };
}

const onlyProbed = (name: string): Unknown =>
  unknown('breaker-open', name, 'the directory is only probed, not asked');

/**
 * Says *unknown* without asking while the circuit is open, and counts nothing: the daemon's own questions, of a right that
 * is missing perhaps, say nothing of callers' questions, and must not stop them.
 */
export const whileClosed =
  <T>(breaker: Pick<Breaker, 'isOpen'>, name: string): Policy<Flight<T>> =>
  (next) =>
  (key, signal) =>
    breaker.isOpen() ? onlyProbed(name) : next(key, signal);

/** Says *unknown* without asking while the circuit is open. A fault of one entry and the directory's start do not count. */
export const withBreaker =
  <T>(breaker: Breaker, name: string): Policy<Flight<T>> =>
  (next) =>
  (key, signal) =>
    breaker.isClosed() ? breaker.count(() => next(key, signal), isFailure) : onlyProbed(name);

const UNCOUNTED = new Set<Cause>(['entry', 'doubt', 'starting', 'shutdown']);

const isFailure = (outcome: Outcome<unknown>): boolean =>
  outcome.status === 'unknown' && !UNCOUNTED.has(outcome.cause);
