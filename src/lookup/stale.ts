import { andThen } from '../directory/maybe.ts';
import type { Tenure } from './memory.ts';
import type { Context, Lookup, Outcome, Policy } from './outcome.ts';

/** Lets a remembered *found* stand in for *unknown*, up to `staleMs` after the directory last said it. */
export const withStale =
  <T>(tenure: Tenure<T>, staleMs: number, name: string): Policy<Lookup<T>> =>
  (next) => {
    const judge = (key: string, context: Context, outcome: Outcome<T>): Outcome<T> => {
      if (outcome.status !== 'unknown') return outcome;
      const kept = tenure.recall(key, context.arrivedAt, staleMs);
      if (kept === undefined) return outcome;
      const ageMs = context.arrivedAt - kept.askedAt;
      context.tell?.({ step: 'memory', directory: name, key, state: 'stale', ageMs });
      return { status: 'found', value: kept.value, stale: outcome };
    };
    return (key, context) => andThen(next(key, context), (outcome) => judge(key, context, outcome));
  };
