import { type Ask, Fault, type Finding } from '../directory/directory.ts';
import { adopt, andThen, orElse } from '../directory/maybe.ts';
import { reasonOf } from '../reason.ts';
import { type Flight, type Outcome, unknown } from './outcome.ts';

/**
 * Asks the directory: what it finds is *found*, its *none* comes with a proof, a throw is *unknown*. The only catch round
 * a directory, the last stop of each flight. `anew`: on a connection opened for it.
 */
export function consult<T>(
  ask: Ask<T>,
  name: string,
  how: { readonly anew?: true } = {},
): Flight<T> {
  const say = (finding: Finding<T>): Outcome<T> => {
    if (finding.status === 'none') return finding;
    const { value, old } = finding;
    // Of a module of one's own that no compiler has seen.
    if (!Array.isArray(value)) throw new Fault('directory', 'it said neither found nor none');
    return old === undefined
      ? { status: 'found', value }
      : { status: 'found', value, stale: unknown(old.kind, name, old.message) };
  };
  const excuse = (error: unknown): Outcome<T> => {
    return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));
  };
  return (key, signal) => orElse(() => andThen(adopt(ask(key, { signal, ...how })), say), excuse);
}
