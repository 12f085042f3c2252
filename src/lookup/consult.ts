import { type Ask, Fault } from '../directory/directory.ts';
import { reasonOf } from '../reason.ts';
import { type Flight, NONE, unknown } from './outcome.ts';

/**
 * Asks the directory: values are *found*, an empty list is *none*, a throw is *unknown*. The only catch round a
 * directory, the last stop of each flight.
 */
export const consult =
  <T>(ask: Ask<T>, name: string): Flight<T> =>
  async (key, signal) => {
    try {
      const value = await ask(key, signal);
      return value.length > 0 ? { status: 'found', value } : NONE;
    } catch (error) {
      return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));
    }
  };
