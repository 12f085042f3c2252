import { type Flight, type Outcome, type Policy, unknown } from './outcome.ts';

/**
 * Ends a flight after `ms`, or with the daemon: aborts the signal that it hands on and says *unknown*. It owns the
 * flight's AbortController, for `AbortSignal.any()` and `.timeout()` keep memory (nodejs/node#54614).
 */
export const withTimeout =
  <T>(ms: number, name: string): Policy<Flight<T>> =>
  (next) =>
  (key, lifetime) =>
    new Promise<Outcome<T>>((resolve, reject) => {
      const call = new AbortController();
      const settle = (): void => {
        clearTimeout(timer);
        lifetime.removeEventListener('abort', stop);
      };
      const give = (outcome: Outcome<T>): void => {
        settle();
        resolve(outcome);
        call.abort();
      };
      const stop = (): void => give(unknown('shutdown', name, 'the daemon stops'));
      const timer = setTimeout(
        () => give(unknown('timeout', name, `no answer within ${ms} ms`)),
        ms,
      );
      lifetime.addEventListener('abort', stop);
      if (lifetime.aborted) return stop();
      next(key, call.signal).then(
        (outcome) => {
          settle();
          resolve(outcome);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
    });
