/** Chance that can be had again: the same seed throws the same. */
export interface Dice {
  /** A whole number from 0 up to `sides`, which it never is. */
  readonly throw: (sides: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
}

/** Creates dice by a seed of 32 bits (mulberry32). */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const throwDie = (sides: number): number => Math.floor(next() * sides);
  return { throw: throwDie, pick: (items) => items[throwDie(items.length)] ?? items[0] };
}
