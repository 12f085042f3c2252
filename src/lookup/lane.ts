import { type Clock, preciseClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { Kept } from '../directory/hooks.ts';
import { createKept } from '../directory/trust/kept.ts';
import { createProver, type Prover } from '../directory/trust/prover.ts';
import type { Log, ShowAddress } from '../log.ts';
import { type Alarms, createAlarms } from './alarms.ts';
import { type Breaker, type BreakerOptions, createBreaker } from './breaker.ts';
import { createFlipHold, type FlipHold } from './fliphold.ts';
import { createHealth, type Health } from './health.ts';
import { createLimiter, type Limiter, type LimitOptions } from './limit.ts';
import { createFigures, type LookupFigures } from './observe.ts';
import { createProbe } from './probe.ts';
import { createFaultReport, type FaultReport } from './report.ts';

/** What all lookups of one directory share. It outlives a reload that leaves the directory as it was. */
export interface Lane {
  readonly name: string;
  readonly limiter: Limiter;
  readonly breaker: Breaker;
  /** Proves each *none* that is to be proved by the directory's probe. */
  readonly prover: Prover;
  readonly flips: FlipHold;
  /** How many known addresses vanished in all of a fleet; absent: this daemon is alone. */
  readonly countFlip?: Together['countFlip'];
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Of questions that take too long, and of callers that have waited long enough. */
  readonly alarms: Alarms;
  /** Aborted when the daemon, or this directory, ends. */
  readonly lifetime: AbortSignal;
  readonly figures: LookupFigures;
  readonly health: Health;
  readonly report: FaultReport;
  readonly log: Log;
  /** Ends its timers, and the flights that it lets out. */
  stop(): void;
}

/** What the daemons of a fleet count of one directory together. */
export interface Together {
  /** Whether it is this daemon's turn to probe a directory whose circuit is open. */
  readonly mayProbe: () => Promise<boolean>;
  /** Counts one known address that vanished: how many did in all of the fleet within the last minute; absent: it can't be told. */
  readonly countFlip: (key: string) => Promise<number | undefined>;
  /** How many of so many flips are this daemon's own while the fleet can't count them. */
  readonly ownPart: (most: number) => number;
}

/** What the configuration says about one directory's lookups. */
export interface LaneOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly limit: LimitOptions;
  /** How many questions may begin a second, now; absent: as `limit` says. */
  readonly rate?: () => number;
  readonly breaker: Pick<BreakerOptions, 'failures' | 'minimum' | 'windowMs' | 'probeMs'>;
  /** So many known addresses may turn into *none* within a minute; absent: 20. */
  readonly flips?: number;
  /** And this share of those known, 0 to 1, within an hour; absent: a tenth. */
  readonly flipsGuard?: number;
  /** How many are known, fresh or not. */
  readonly known: () => number;
  /** Where what is held is kept; absent: for as long as this lives. */
  readonly kept?: Kept;
  /** What a fleet counts together; absent: this daemon is alone. */
  readonly together?: Together;
  /** Called when the circuit closes again: what was remembered as *unknown* is then worth asking. */
  readonly healed: BreakerOptions['healed'];
  readonly clock: Clock;
  readonly log: Log;
  readonly showAddress: ShowAddress;
}

/** An administrator removes so many people by hand, and seldom more. */
const FLIPS = 20;
const FLIPS_GUARD = 0.1;

/** Makes what all lookups of one directory share. */
export function createLane(directory: Pick<Directory, 'probe'>, options: LaneOptions): Lane {
  const { name, timeoutMs, clock, log } = options;
  const life = new AbortController();
  const lifetime = life.signal;
  const probe = createProbe((signal) => directory.probe(signal), timeoutMs);
  const figures = createFigures();
  const health = createHealth({ name, figures, clock, log });
  const { together } = options;
  const breaker = createBreaker({
    ...options.breaker,
    ...options,
    probe,
    lifetime,
    health,
    ...(together && { mayProbe: together.mayProbe }),
  });
  // Not the daemon's, which stands still with the event loop: an alarm that is set by it then rings as much too late.
  const alarms = createAlarms(preciseClock);
  return {
    name,
    timeoutMs,
    clock,
    alarms,
    log,
    lifetime,
    limiter: createLimiter(options.limit, clock, options.rate),
    breaker,
    prover: createProver(probe, lifetime),
    flips: createFlipHold({
      name,
      most: options.flips ?? FLIPS,
      ...(together && { ownPart: together.ownPart }),
      guard: options.flipsGuard ?? FLIPS_GUARD,
      known: options.known,
      kept: options.kept ?? createKept(),
      clock,
      log,
    }),
    ...(together && { countFlip: together.countFlip }),
    figures,
    health,
    report: createFaultReport(log, clock, options.showAddress),
    stop: () => {
      breaker.stop();
      health.stop();
      life.abort();
      alarms.stop();
    },
  };
}
