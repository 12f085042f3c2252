import type { Maybe } from './directory.ts';

/** Goes on with `value`: in the same tick and without a promise where it is there, else once it is. */
export const andThen = <V, W>(value: Maybe<V>, goOn: (value: V) => Maybe<W>): Maybe<W> =>
  value instanceof Promise ? value.then(goOn) : goOn(value);

/** Begins something, and lets `excuse` have the last word where it fails, at once or later. */
export function orElse<V>(begin: () => Maybe<V>, excuse: (error: unknown) => V): Maybe<V> {
  try {
    const value = begin();
    return value instanceof Promise ? value.catch(excuse) : value;
  } catch (error) {
    return excuse(error);
  }
}

/** Begins something, and calls `end` when it is over, however it went. */
export function lastly<V>(begin: () => Maybe<V>, end: () => void): Maybe<V> {
  let value: Maybe<V>;
  try {
    value = begin();
  } catch (error) {
    end();
    throw error;
  }
  if (value instanceof Promise) return value.finally(end);
  end();
  return value;
}

/** What code of others gave: a promise of another kind than ours becomes one of ours. */
export const adopt = <V>(given: Maybe<V>): Maybe<V> =>
  given instanceof Promise || !isThenable(given) ? given : Promise.resolve(given);

const isThenable = (given: unknown): boolean =>
  typeof given === 'object' &&
  given !== null &&
  'then' in given &&
  typeof given.then === 'function';
