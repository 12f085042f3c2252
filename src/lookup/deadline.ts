import type { Clock } from '../clock.ts';
import { type Lookup, type Outcome, type Policy, unknown } from './outcome.ts';

/** Says *unknown* at the request's deadline. The flight goes on without this caller and fills the memory. */
export const withDeadline =
  <T>(clock: Clock, name: string): Policy<Lookup<T>> =>
  (next) =>
  (key, context) => {
    const outcome = next(key, context);
    if (!(outcome instanceof Promise)) return outcome;
    return new Promise<Outcome<T>>((resolve, reject) => {
      const overdue = (): void => resolve(unknown('deadline', name, 'no answer in time'));
      const timer = setTimeout(overdue, Math.max(0, context.deadline - clock.now()));
      outcome.then(
        (settled) => {
          clearTimeout(timer);
          resolve(settled);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  };
