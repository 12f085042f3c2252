import { isDoubt } from '../../directory.ts';
import type { Sight } from './sight.ts';

/**
 * When a look round at those who have an attribute is due. One that failed is repeated: at once some times, and its failure
 * counts, then now and then. A server that can never look in time, without an index, would else never deny anybody.
 */
export interface Looks {
  readonly isDue: (sight: Sight) => boolean;
  /** Runs a look; one that succeeds is not repeated. A doubt is no failure, and passed on always. */
  noting<T>(sight: Sight, look: () => Promise<T>): Promise<T | undefined>;
}

/** So many failures in a row leave doubt. */
const TRIES = 3;
/** So long after the last of them it is tried again, in ms. */
const PAUSE_MS = 10 * 60_000;

interface State {
  readonly failures: number;
  /** When the next one is due; absent: it has been looked. */
  readonly due?: number;
}

/** Creates the memory of looks. */
export function createLooks(now: () => number): Looks {
  const states = new Map<Sight, State>();
  return {
    isDue: (sight) => {
      const state = states.get(sight);
      return state === undefined || (state.due !== undefined && now() >= state.due);
    },
    async noting(sight, look) {
      const failures = (states.get(sight)?.failures ?? 0) + 1;
      // Others do not look at the same time.
      states.set(sight, { failures });
      try {
        return await look();
      } catch (error) {
        if (isDoubt(error)) {
          states.delete(sight);
          throw error;
        }
        states.set(sight, { failures, due: failures < TRIES ? now() : now() + PAUSE_MS });
        if (failures > TRIES) return undefined;
        throw error;
      }
    },
  };
}
