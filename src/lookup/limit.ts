import type { Clock } from '../clock.ts';
import type { Maybe } from '../directory/directory.ts';
import { andThen, lastly } from '../directory/maybe.ts';
import { type Flight, type Policy, unknown } from './outcome.ts';

export interface LimitOptions {
  /** Questions in flight at once. */
  readonly inFlight: number;
  /** Questions begun per second; a second's worth may be saved up. */
  readonly perSecond: number;
  /** Questions of each rank that wait their turn at once, first come first served … */
  readonly queue: number;
  /** … and how long each waits. */
  readonly queueWaitMs: number;
}

/** `known`: memory holds an older answer for the key. They go ahead of strangers, whose flood must not hold them up. */
export type Rank = 'known' | 'stranger';

/** One directory's door: so many questions at once and per second, the rest wait their turn. */
export interface Limiter {
  /** Whether a question would be let in at once: a prefetch never waits. */
  readonly hasRoom: () => boolean;
  /** Says whether the question was let in; then `leave` must follow. */
  enter(rank: Rank): Maybe<boolean>;
  leave(): void;
  readonly waiting: () => number;
}

/** Those who wait, in the order in which they came; each is told whether it is let in. */
type Queue = Set<(admitted: boolean) => void>;

/**
 * Creates a directory's door; a second's worth of questions may be saved up. `rate`: how many begin a second, asked each
 * time; absent: `perSecond`, always.
 */
export function createLimiter(
  options: LimitOptions,
  clock: Clock,
  rate: () => number = () => options.perSecond,
): Limiter {
  const { inFlight, queue, queueWaitMs } = options;
  const queues: Readonly<Record<Rank, Queue>> = { known: new Set(), stranger: new Set() };
  let free = inFlight;
  let tokens = rate();
  let filledAt = clock.now();
  let wake: NodeJS.Timeout | undefined;

  const waiting = (): number => queues.known.size + queues.stranger.size;
  const refill = (): void => {
    const now = clock.now();
    const perSecond = rate();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
  };
  const hasRoom = (): boolean => {
    refill();
    return free > 0 && tokens >= 1 && waiting() === 0;
  };
  const take = (): void => {
    free -= 1;
    tokens -= 1;
  };
  const admitFrom = (line: Queue): void => {
    for (const enter of line) {
      if (free < 1 || tokens < 1) return;
      take();
      enter(true);
    }
  };
  /** Lets in whoever waits, as far as slots and tokens go; the next token wakes the next. */
  const admit = (): void => {
    refill();
    admitFrom(queues.known);
    admitFrom(queues.stranger);
    if (waiting() === 0 || free < 1 || wake !== undefined) return;
    const untilTokenMs = Math.ceil(((1 - tokens) * 1000) / rate());
    wake = setTimeout(() => {
      wake = undefined;
      admit();
    }, untilTokenMs);
  };
  const wait = (line: Queue): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => done(false), queueWaitMs);
      const done = (admitted: boolean): void => {
        clearTimeout(timer);
        line.delete(done);
        resolve(admitted);
      };
      line.add(done);
      admit();
    });

  return {
    hasRoom,
    enter: (rank) => {
      if (hasRoom()) {
        take();
        return true;
      }
      const line = queues[rank];
      return line.size < queue && wait(line);
    },
    leave: () => {
      free += 1;
      admit();
    },
    waiting,
  };
}

/** Lets a flight in when there is room, else says *unknown: overload*. An open circuit spends neither slot nor token. */
export const withLimit =
  <T>(
    limiter: Limiter,
    isOpen: () => boolean,
    rankOf: (key: string) => Rank,
    name: string,
  ): Policy<Flight<T>> =>
  (next) =>
  (key, signal) => {
    if (isOpen()) return next(key, signal);
    return andThen(limiter.enter(rankOf(key)), (isIn) =>
      isIn
        ? lastly(
            () => next(key, signal),
            () => limiter.leave(),
          )
        : unknown('overload', name, 'too many questions wait for the directory'),
    );
  };
