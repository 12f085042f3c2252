import type { Clock } from '../clock.ts';

/** Slows whoever guesses tokens, and nobody else: each network has guesses of its own. */
export interface Guesses {
  /** How long a network has to wait for its next one, in milliseconds; 0: it may try. */
  readonly wait: (network: string) => number;
  /** Its token was wrong. */
  readonly wrong: (network: string) => void;
  /** Its token was right: it is no guesser. */
  readonly right: (network: string) => void;
}

/** So many at once, for people mistype, and scrapers hold an old token … */
export const MOST_GUESSES = 10;

/** … and then one each second. */
const GUESS_MS = 1000;

/** So many networks are told apart, the last ones that guessed. */
const MOST_NETWORKS = 1000;

/** Creates it; nobody has guessed yet. */
export function createGuesses(clock: Clock): Guesses {
  /** When all of a network's guesses are there again. The last one that guessed stands last. */
  const full = new Map<string, number>();
  const wait = (network: string): number =>
    Math.max(0, (full.get(network) ?? 0) - clock.now() - (MOST_GUESSES - 1) * GUESS_MS);
  return {
    wait,
    wrong: (network) => {
      const until = Math.max(full.get(network) ?? 0, clock.now()) + GUESS_MS;
      full.delete(network);
      full.set(network, until);
      const [oldest] = full.keys();
      if (full.size > MOST_NETWORKS && oldest !== undefined) full.delete(oldest);
    },
    right: (network) => void full.delete(network),
  };
}
