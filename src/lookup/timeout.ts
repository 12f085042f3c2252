import type { Clock } from '../clock.ts';
import type { Alarms } from './alarms.ts';
import { endsOf } from './ending.ts';
import { type Flight, type Outcome, type Policy, unknown } from './outcome.ts';

/** What wakes whoever has waited too long. */
interface Watch {
  readonly alarms: Alarms;
  readonly clock: Clock;
}

/**
 * Ends a flight after `ms`, or with the daemon: aborts the signal that it hands on and says *unknown*. It owns the
 * flight's AbortController, for `AbortSignal.any()` and `.timeout()` keep memory (nodejs/node#54614).
 */
export const withTimeout =
  <T>({ alarms, clock }: Watch, ms: number, name: string): Policy<Flight<T>> =>
  (next) =>
  (key, lifetime) =>
    new Promise<Outcome<T>>((resolve, reject) => {
      const call = new AbortController();
      const ends = endsOf(lifetime);
      const settle = (): void => {
        alarms.callOff(alarm);
        ends.delete(stop);
      };
      const give = (outcome: Outcome<T>): void => {
        settle();
        resolve(outcome);
        call.abort();
      };
      const stop = (): void => give(unknown('shutdown', name, 'the daemon stops'));
      const alarm = {
        at: clock.now() + ms,
        ring: () => give(unknown('timeout', name, `no answer within ${ms} ms`)),
      };
      if (lifetime.aborted) return stop();
      alarms.set(alarm);
      ends.add(stop);
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
