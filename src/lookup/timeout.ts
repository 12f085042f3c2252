import type { Clock } from '../clock.ts';
import type { Alarms } from './alarms.ts';
import { endsOf } from './ending.ts';
import { type Flight, type Outcome, type Policy, type Unknown, unknown } from './outcome.ts';

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
  (next) => {
    const stopped = (): Unknown => unknown('shutdown', name, 'the daemon stops');

    const watch = (
      flight: Promise<Outcome<T>>,
      call: AbortController,
      lifetime: AbortSignal,
      until: number,
    ): Promise<Outcome<T>> =>
      new Promise((resolve, reject) => {
        const ends = endsOf(lifetime);
        const settle = (): void => {
          alarms.callOff(alarm);
          ends.delete(stop);
        };
        const give = (outcome: Unknown): void => {
          settle();
          resolve(outcome);
          call.abort();
        };
        const stop = (): void => give(stopped());
        const alarm = {
          at: until,
          ring: () => give(unknown('timeout', name, `no answer within ${ms} ms`)),
        };
        alarms.set(alarm);
        ends.add(stop);
        if (lifetime.aborted) stop();
        flight.then(
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

    return (key, lifetime) => {
      if (lifetime.aborted) return stopped();
      const until = clock.now() + ms;
      const call = new AbortController();
      const flight = next(key, call.signal);
      if (flight instanceof Promise) return watch(flight, call, lifetime, until);
      return lifetime.aborted ? stopped() : flight;
    };
  };
