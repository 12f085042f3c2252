import type { Clock } from '../clock.ts';
import type { Ask, Finding } from '../directory/directory.ts';
import type { Prover } from '../directory/trust/prover.ts';
import type { Log } from '../log.ts';
import { type Breaker, withBreaker } from './breaker.ts';
import { consult } from './consult.ts';
import { withDeadline } from './deadline.ts';
import { type FlipCounter, withFlips } from './flip.ts';
import { type Health, withHealth } from './health.ts';
import { type Limiter, type Rank, withLimit } from './limit.ts';
import { type Memory, recallFound } from './memory.ts';
import { type LookupFigures, withObservation, withQuestionCount } from './observe.ts';
import {
  type Context,
  chain,
  type Flight,
  type Found,
  type Lookup,
  type Outcome,
} from './outcome.ts';
import { withProof } from './proof.ts';
import { catchingBugs, remembering, type Times } from './remember.ts';
import type { FaultReport } from './report.ts';
import { withSpan } from './spans.ts';
import { withStale } from './stale.ts';
import { withTimeout } from './timeout.ts';

/** What all lookups of one directory share. It outlives a reload that leaves the directory as it was. */
export interface Guard {
  readonly name: string;
  readonly limiter: Limiter;
  readonly breaker: Breaker;
  /** Proves each *none* that is to be proved by the directory's probe. */
  readonly prover: Prover;
  readonly flips: FlipCounter;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Aborted when the daemon, or this directory, ends. */
  readonly lifetime: AbortSignal;
  readonly figures: LookupFigures;
  readonly health: Health;
  readonly report: FaultReport;
  readonly log: Log;
}

/** One directory as maps ask it. */
export interface Source<T> {
  readonly lookup: Lookup<T>;
  /** What memory still holds of `key` within the stale bound, without asking. */
  readonly recall: (key: string, context: Context) => Found<T> | undefined;
}

/** The way of one question: what each caller meets, then memory, then what each flight meets. */
export function createSource<T>(
  ask: Ask<T>,
  memory: Memory<T>,
  guard: Guard,
  times: Times,
): Source<T> {
  const { name, limiter, breaker, prover, clock, figures } = guard;

  const rankOf = (key: string): Rank => (memory.found.has(key) ? 'known' : 'stranger');

  const proof = withProof<T>(prover, name);
  const askAnew = proof(consult(ask, name, { anew: true }));
  const flight = chain<Flight<T>>(
    [
      withSpan('lookup', name),
      withLimit(limiter, breaker.isOpen, rankOf, name),
      withBreaker(breaker, name),
      withHealth(guard.health),
      withTimeout(guard.timeoutMs, name),
      withFlips(askAnew, memory, guard),
      proof,
      withQuestionCount(figures),
      withSpan('ask', name),
    ],
    consult(ask, name),
  );

  const hasRoom = (): boolean => !breaker.isOpen() && limiter.hasRoom();
  const lookup = chain<Lookup<T>>(
    [
      withObservation(figures, name),
      withStale(memory, times.staleMs, name),
      withDeadline(clock, name),
    ],
    remembering(flight, { ...guard, memory, times, hasRoom }),
  );

  const recall = (key: string, context: Context): Found<T> | undefined => {
    const kept = recallFound(memory, key, context, times.staleMs);
    if (kept === undefined) return undefined;
    const ageMs = context.arrivedAt - kept.askedAt;
    context.tell?.({ step: 'memory', directory: name, key, state: 'stale', ageMs });
    return kept;
  };

  return { lookup, recall };
}

/**
 * Makes a question of the daemon's own (which domains are there?): guarded as others are, not remembered here. Never
 * rejects.
 */
export function createQuestion<T>(
  ask: (signal: AbortSignal) => Promise<Finding<T>>,
  guard: Guard,
): () => Promise<Outcome<T>> {
  const { name, limiter, breaker } = guard;
  const proof = withProof<T>(guard.prover, name);
  const flight = chain<Flight<T>>(
    [
      withLimit(limiter, breaker.isOpen, () => 'known', name),
      withBreaker(breaker, name),
      withHealth(guard.health),
      withTimeout(guard.timeoutMs, name),
      withQuestionCount(guard.figures),
    ],
    proof(consult((_key, { signal }) => ask(signal), name)),
  );
  const fly = catchingBugs(flight, guard);
  return () => fly('');
}
