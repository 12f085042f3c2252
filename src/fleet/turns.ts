import type { Clock } from '../clock.ts';

/** How much the fleet asks one directory a second, counted in the engine. */
export interface Rate {
  /** Adds to a claim's commands what counts it. */
  readonly keys: (rank: 'known' | 'stranger', fleetMs: number) => RateKeys;
  /** Whether one more may be asked: `counts` of those keys, in order, at this instant of the fleet's time. */
  readonly isOver: (rank: 'known' | 'stranger', counts: RateCounts, fleetMs: number) => boolean;
  /** Takes one of those that are this daemon's whatever the engine says. */
  readonly takeOwn: () => boolean;
}

/** `own`: those of the rank itself, counted with this one. */
export interface RateKeys {
  readonly own: string;
  readonly others: readonly [other: string, knownBefore: string, strangersBefore: string];
}

export interface RateCounts {
  readonly own: number;
  readonly other: number;
  readonly knownBefore: number;
  readonly strangersBefore: number;
}

export interface RateOptions {
  /** The name under which it is counted. */
  readonly base: string;
  /** The most of the whole fleet. */
  readonly perSecond: number;
  /** How many daemons there are, this one included. */
  readonly members: () => number;
  readonly clock: Clock;
}

/** Counts are of use this long. */
export const RATE_LIFE_MS = 3000;

/** Strangers leave this part of a second to those who are known and ask, for a flood of them must not use it up. */
const RESERVE = 0.25;

/** Creates it. */
export function createRate({ base, perSecond, members, clock }: RateOptions): Rate {
  /** Its own part: nobody who can write to the engine takes it away, and the directory bears it of all daemons together. */
  let tokens = 1;
  let filledAt = clock.now();

  const keyOf = (rank: string, second: number): string => `${base}:${second}:${rank}`;

  return {
    keys: (rank, fleetMs) => {
      const second = Math.trunc(fleetMs / 1000);
      const other = rank === 'known' ? 'stranger' : 'known';
      return {
        own: keyOf(rank, second),
        others: [keyOf(other, second), keyOf('known', second - 1), keyOf('stranger', second - 1)],
      };
    },
    isOver: (rank, { own, other, knownBefore, strangersBefore }, fleetMs) => {
      // As a daemon's own limit: so many a second, evenly, and what the last one left over.
      const saved = Math.max(0, perSecond - knownBefore - strangersBefore);
      const most = saved + (perSecond * (fleetMs % 1000)) / 1000;
      const reserved = rank === 'known' ? 0 : Math.min(knownBefore, perSecond * RESERVE);
      return own + other > Math.max(1, most - reserved);
    },
    takeOwn: () => {
      const each = Math.max(1, perSecond / Math.max(1, members()));
      const now = clock.now();
      tokens = Math.min(each, tokens + ((now - filledAt) * each) / 1000);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
