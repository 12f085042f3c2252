import type { Alarms } from './alarms.ts';
import { type Lookup, type Outcome, type Policy, unknown } from './outcome.ts';

/** Says *unknown* at the request's deadline. The flight goes on without this caller and fills the memory. */
export const withDeadline =
  <T>(alarms: Alarms, name: string): Policy<Lookup<T>> =>
  (next) =>
  (key, context) => {
    const outcome = next(key, context);
    if (!(outcome instanceof Promise)) return outcome;
    return new Promise<Outcome<T>>((resolve, reject) => {
      const alarm = {
        at: context.deadline,
        ring: () => resolve(unknown('deadline', name, 'no answer in time')),
      };
      alarms.set(alarm);
      outcome.then(
        (settled) => {
          alarms.callOff(alarm);
          resolve(settled);
        },
        (error: unknown) => {
          alarms.callOff(alarm);
          reject(error);
        },
      );
    });
  };
