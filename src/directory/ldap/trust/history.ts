import { isDoubt } from '../../directory.ts';
import type { Connection } from '../wire/connection.ts';
import type { Proof } from './proof.ts';

/** When servers' nones were in doubt: what one connection may see, all may. */
export interface Doubts {
  /** The same proof, whose doubts are kept. */
  noting(proof: Proof): Proof;
  /**
   * Begins to watch: what is given says, at the end, whether the server's nones were beyond doubt all the while. A right
   * that comes back between a question and its proof would else make the question's *none* look proved.
   */
  watch(connection: Connection): () => boolean;
}

interface State {
  /** The last proof ended in doubt. */
  isOpen: boolean;
  count: number;
}

/** Creates the memory of one proof's doubts. */
export function createDoubts(): Doubts {
  const states = new Map<string, State>();

  const stateOf = ({ server }: Connection): State => {
    const known = states.get(server);
    if (known !== undefined) return known;
    const fresh = { isOpen: false, count: 0 };
    states.set(server, fresh);
    return fresh;
  };

  return {
    noting: (proof) => async (connection, signal) => {
      const state = stateOf(connection);
      try {
        const shown = await proof(connection, signal);
        state.isOpen = false;
        return shown;
      } catch (error) {
        if (isDoubt(error)) {
          state.isOpen = true;
          state.count += 1;
        }
        throw error;
      }
    },
    watch: (connection) => {
      const state = stateOf(connection);
      const { isOpen, count } = state;
      return () => !isOpen && state.count === count;
    },
  };
}
