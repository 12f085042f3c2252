import type { Clock } from '../clock.ts';
import { type Flight, type Policy, unknown } from './outcome.ts';

export interface LimitOptions {
  /** Questions in flight at once. */
  readonly inFlight: number;
  /** Questions begun per second; a second's worth may be saved up. */
  readonly perSecond: number;
  /** Questions that wait their turn at once, first come first served … */
  readonly queue: number;
  /** … and how long each waits. */
  readonly queueWaitMs: number;
}

/** One directory's door: so many questions at once and per second, the rest wait their turn. */
export interface Limiter {
  /** Whether a question would be let in at once: a prefetch never waits. */
  readonly hasRoom: () => boolean;
  /** Resolves to whether the question was let in; then `leave` must follow. */
  enter(): true | Promise<boolean>;
  leave(): void;
  readonly waiting: () => number;
}

export function createLimiter(options: LimitOptions, clock: Clock): Limiter {
  const { inFlight, perSecond, queue, queueWaitMs } = options;
  const waiting = new Set<(admitted: boolean) => void>();
  let free = inFlight;
  let tokens = perSecond;
  let filledAt = clock.now();
  let wake: NodeJS.Timeout | undefined;

  const refill = (): void => {
    const now = clock.now();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
  };
  const hasRoom = (): boolean => {
    refill();
    return free > 0 && tokens >= 1 && waiting.size === 0;
  };
  const take = (): void => {
    free -= 1;
    tokens -= 1;
  };
  /** Lets in whoever waits, as far as slots and tokens go; the next token wakes the next. */
  const admit = (): void => {
    refill();
    for (const enter of waiting) {
      if (free < 1 || tokens < 1) break;
      take();
      enter(true);
    }
    if (waiting.size > 0 && free > 0 && wake === undefined) {
      wake = setTimeout(
        () => {
          wake = undefined;
          admit();
        },
        Math.ceil(((1 - tokens) * 1000) / perSecond),
      );
    }
  };
  const wait = (): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => done(false), queueWaitMs);
      const done = (admitted: boolean): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve(admitted);
      };
      waiting.add(done);
      admit();
    });

  return {
    hasRoom,
    enter: () => {
      if (hasRoom()) {
        take();
        return true;
      }
      return waiting.size >= queue ? Promise.resolve(false) : wait();
    },
    leave: () => {
      free += 1;
      admit();
    },
    waiting: () => waiting.size,
  };
}

/** Lets a flight in when there is room, else says *unknown: overload*. An open circuit spends neither slot nor token. */
export const withLimit =
  <T>(limiter: Limiter, isOpen: () => boolean, name: string): Policy<Flight<T>> =>
  (next) =>
  async (key, signal) => {
    if (isOpen()) return next(key, signal);
    const entered = limiter.enter();
    if (entered !== true && !(await entered))
      return unknown('overload', name, 'too many questions wait for the directory');
    try {
      return await next(key, signal);
    } finally {
      limiter.leave();
    }
  };
