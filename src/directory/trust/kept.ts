import type { Kept } from '../hooks.ts';

/** Keeps values for as long as it lives: for commands and tests, which end before anything could be forgotten. */
export function createKept(before: Readonly<Record<string, unknown>> = {}): Kept {
  const values = new Map(Object.entries(before));
  return {
    read: (name) => values.get(name),
    write: (name, value) => {
      if (value === undefined) values.delete(name);
      else values.set(name, value);
    },
  };
}
