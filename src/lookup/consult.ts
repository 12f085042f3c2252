import { type Ask, Fault } from '../directory/directory.ts';
import { reasonOf } from '../reason.ts';
import { type Flight, unknown } from './outcome.ts';

/**
 * Asks the directory: what it finds is *found*, its *none* comes with a proof, a throw is *unknown*. The only catch round
 * a directory, the last stop of each flight. `anew`: on a connection opened for it.
 */
export const consult =
  <T>(ask: Ask<T>, name: string, how: { readonly anew?: true } = {}): Flight<T> =>
  async (key, signal) => {
    try {
      const finding = await ask(key, { signal, ...how });
      if (finding.status === 'none') return finding;
      const { value, old } = finding;
      return old === undefined
        ? { status: 'found', value }
        : { status: 'found', value, stale: unknown(old.kind, name, old.message) };
    } catch (error) {
      return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));
    }
  };
