import type { Clock } from '../clock.ts';
import type { Directory, Kept } from '../directory/directory.ts';
import { createKept } from '../directory/trust/kept.ts';
import { createProver } from '../directory/trust/prover.ts';
import type { Log, ShowAddress } from '../log.ts';
import { type BreakerOptions, createBreaker } from './breaker.ts';
import { createFlipHold } from './fliphold.ts';
import { createLimiter, type LimitOptions } from './limit.ts';
import { createFigures } from './observe.ts';
import type { Guard } from './path.ts';
import { createProbe } from './probe.ts';
import { createFaultReport } from './report.ts';

/** What the configuration says about one directory's lookups. */
export interface GuardOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly limit: LimitOptions;
  readonly breaker: Pick<BreakerOptions, 'failures' | 'minimum' | 'windowMs' | 'probeMs'>;
  /** So many known addresses may turn into *none* within a minute; absent: 20. */
  readonly flips?: number;
  /** And this share of those known, 0 to 1, within an hour; absent: a tenth. */
  readonly flipsGuard?: number;
  /** How many are known, fresh or not. */
  readonly known: () => number;
  /** Where what is held is kept; absent: for as long as this lives. */
  readonly kept?: Kept;
  /** Called when the circuit closes again: what was remembered as *unknown* is then worth asking. */
  readonly healed: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly showAddress: ShowAddress;
}

/** A guard that ends its timers, and the flights that it lets out, with `stop`. */
export interface StoppableGuard extends Guard {
  stop(): void;
}

/** An administrator removes so many people by hand, and seldom more. */
const FLIPS = 20;
const FLIPS_GUARD = 0.1;

/** Makes what all lookups of one directory share. */
export function createGuard(
  directory: Pick<Directory, 'probe'>,
  options: GuardOptions,
): StoppableGuard {
  const { name, timeoutMs, clock, log } = options;
  const life = new AbortController();
  const lifetime = life.signal;
  const probe = createProbe((signal) => directory.probe(signal), timeoutMs);
  const breaker = createBreaker({ ...options.breaker, ...options, probe, lifetime });
  return {
    name,
    timeoutMs,
    clock,
    log,
    lifetime,
    limiter: createLimiter(options.limit, clock),
    breaker,
    prover: createProver(probe, lifetime),
    flips: createFlipHold({
      name,
      most: options.flips ?? FLIPS,
      guard: options.flipsGuard ?? FLIPS_GUARD,
      known: options.known,
      kept: options.kept ?? createKept(),
      clock,
      log,
    }),
    figures: createFigures(),
    health: {},
    report: createFaultReport(log, clock, options.showAddress),
    stop: () => {
      breaker.stop();
      life.abort();
    },
  };
}
