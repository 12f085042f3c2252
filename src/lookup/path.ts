import type { Ask, Finding } from '../directory/directory.ts';
import { whileClosed, withBreaker } from './breaker.ts';
import { consult } from './consult.ts';
import { withDeadline } from './deadline.ts';
import { withFlips } from './flip.ts';
import { withHealth } from './health.ts';
import type { Lane } from './lane.ts';
import { type Rank, withLimit } from './limit.ts';
import { createMemory, type Tenure } from './memory.ts';
import type { Mirrored } from './mirror.ts';
import { withObservation, withQuestionCount } from './observe.ts';
import {
  type Context,
  chain,
  type Flight,
  type Found,
  type Lookup,
  type Outcome,
  type Policy,
} from './outcome.ts';
import { withProof } from './proof.ts';
import { catchingBugs, remembering, type Times } from './remember.ts';
import { type Shelf, withShare } from './share.ts';
import { withSpan } from './spans.ts';
import { withStale } from './stale.ts';
import { withTimeout } from './timeout.ts';

/** One directory as maps ask it. */
export interface Source<T> {
  readonly lookup: Lookup<T>;
  /** What a mirror has of `key`, or memory still holds within the stale bound, without asking. */
  readonly recall: (key: string, context: Context) => Found<T> | undefined;
}

/** What a fleet knows together, and how long another daemon's answer is waited for. */
export interface Shared<T> {
  readonly shelf: Shelf<T>;
  readonly waitMs: number;
}

/** The same for a question of the daemon's own; `freshMs`: how old another's answer may be. */
export interface SharedQuestion<T = string> extends Shared<T> {
  readonly freshMs: number;
}

/**
 * The way of one question: what each caller meets, then memory, then what each flight meets. `shared` absent: this daemon
 * is alone.
 */
export function createSource<T>(
  ask: Ask<T>,
  tenure: Tenure<T>,
  lane: Lane,
  times: Times,
  mirror?: Mirrored<T>,
  shared?: Shared<T>,
): Source<T> {
  const { name, limiter, breaker, prover, figures } = lane;

  const foundAt = (key: string): number | undefined =>
    tenure.known(key)?.askedAt ?? mirror?.knownAt(key);
  const rankOf = (key: string): Rank => (foundAt(key) === undefined ? 'stranger' : 'known');

  const proof = withProof<T>(prover, name);
  const askAnew = proof(consult(ask, name, { anew: true }));
  const share =
    shared === undefined
      ? []
      : [
          withShare(shared.shelf, {
            ...lane,
            ...times,
            ...shared,
            tenure,
            foundAt,
            isOpen: breaker.isOpen,
          }),
        ];
  const flight = chain<Flight<T>>(
    [
      withSpan('lookup', name),
      ...share,
      withLimit(limiter, breaker.isOpen, rankOf, name),
      withBreaker(breaker, name),
      withHealth(lane.health, lane.clock),
      withTimeout(lane, lane.timeoutMs, name),
      withFlips(askAnew, foundAt, lane),
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
      ...(mirror === undefined ? [] : [mirror.policy]),
      withStale(tenure, times.staleMs, name),
      withDeadline(lane.alarms, name),
    ],
    remembering(flight, { ...lane, tenure, times, hasRoom }),
  );

  const recall = (key: string, context: Context): Found<T> | undefined => {
    const copied = mirror?.recall(key, context);
    if (copied !== undefined) return copied === 'silent' ? undefined : copied;
    const kept = tenure.recall(key, context.arrivedAt, times.staleMs);
    if (kept === undefined) return undefined;
    const ageMs = context.arrivedAt - kept.askedAt;
    context.tell?.({ step: 'memory', directory: name, key, state: 'stale', ageMs });
    return kept;
  };

  return { lookup, recall };
}

/**
 * Makes questions that nobody waits for: guarded as others are, by the lane's limit and breaker, and not remembered, so that
 * what they bring can answer nobody. Never rejects.
 */
export function createBeside<T>(ask: Ask<T>, lane: Lane): (key: string) => Promise<Outcome<T>> {
  const { name, limiter, breaker } = lane;
  const proof = withProof<T>(lane.prover, name);
  const flight = chain<Flight<T>>(
    [
      withLimit(limiter, breaker.isOpen, () => 'stranger', name),
      withBreaker(breaker, name),
      withHealth(lane.health, lane.clock),
      withTimeout(lane, lane.timeoutMs, name),
      withQuestionCount(lane.figures),
    ],
    proof(consult(ask, name)),
  );
  const fly = catchingBugs(flight, lane);
  return async (key) => fly(key);
}

/**
 * Makes a question of the daemon's own (which domains are there?): guarded as others are, not remembered here. Never
 * rejects.
 */
export function createQuestion<T>(
  ask: (signal: AbortSignal) => Promise<Finding<T>>,
  lane: Lane,
  shared?: SharedQuestion<T>,
): () => Promise<Outcome<T>> {
  const { name, limiter, breaker } = lane;
  const proof = withProof<T>(lane.prover, name);
  const flight = chain<Flight<T>>(
    [
      ...shareQuestion(lane, shared),
      withLimit(limiter, breaker.isOpen, () => 'known', name),
      whileClosed(breaker, name),
      withHealth(lane.health, lane.clock),
      withTimeout(lane, lane.timeoutMs, name),
      withQuestionCount(lane.figures),
    ],
    proof(consult((_key, { signal }) => ask(signal), name)),
  );
  const fly = catchingBugs(flight, lane);
  return async () => fly('');
}

/** Nothing is remembered of it here, and another's *none* is never taken: an empty list is a doubt of its own. */
function shareQuestion<T>(
  lane: Lane,
  shared: SharedQuestion<T> | undefined,
): readonly Policy<Flight<T>>[] {
  if (shared === undefined) return [];
  const tenure = createMemory<T>({ found: 1, none: 1, unknown: 1 }).open();
  const { isOpen } = lane.breaker;
  const foundAt = (): undefined => undefined;
  return [withShare(shared.shelf, { ...lane, ...shared, freshNoneMs: 0, tenure, foundAt, isOpen })];
}
