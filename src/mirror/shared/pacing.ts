import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, preciseClock } from '../../clock.ts';

/** Time as what works beside the way of a question goes by it: it may be read, and waited for. */
export interface Pacing extends Clock {
  /** Rejects at once when `signal` aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Does this again and again; gives what ends it. Keeps no process alive. */
  every(ms: number, work: () => Promise<unknown>): () => void;
}

/** The machine's. */
export const systemPacing: Pacing = {
  now: () => preciseClock.now(),
  pause: (ms, signal) => delay(ms, undefined, { signal }),
  every: (ms, work) => {
    const timer = setInterval(() => void work(), ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};
