import { isDoubt } from '../../directory.ts';
import type { Sight } from './sight.ts';

/**
 * When a look round at those who have an attribute is due. One that failed is repeated: at once some times, and its failure
 * counts, then now and then. A server that can never look in time, without an index, would else never deny anybody.
 */
export interface Looks {
  readonly isDue: (sight: Sight) => boolean;
  /**
   * Runs a look that is due; one that succeeds is not repeated. A doubt is no failure, and passed on always. Whoever comes
   * while another looks waits for it: a proof that went on without it would believe what nobody has looked at yet.
   */
  noting(sight: Sight, look: () => Promise<unknown>, signal: AbortSignal): Promise<void>;
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
  const running = new Map<Sight, Promise<void>>();

  const isDue = (sight: Sight): boolean => {
    const state = states.get(sight);
    return state === undefined || (state.due !== undefined && now() >= state.due);
  };

  async function run(sight: Sight, look: () => Promise<unknown>): Promise<void> {
    const failures = (states.get(sight)?.failures ?? 0) + 1;
    try {
      await look();
      states.set(sight, { failures });
    } catch (error) {
      if (isDoubt(error)) throw error;
      states.set(sight, { failures, due: failures < TRIES ? now() : now() + PAUSE_MS });
      if (failures <= TRIES) throw error;
    }
  }

  return {
    isDue,
    async noting(sight, look, signal) {
      for (let other = running.get(sight); other !== undefined; other = running.get(sight)) {
        await other;
        signal.throwIfAborted();
      }
      if (!isDue(sight)) return;
      const own = run(sight, look);
      running.set(
        sight,
        own.catch(() => undefined),
      );
      try {
        await own;
      } finally {
        running.delete(sight);
      }
    },
  };
}
