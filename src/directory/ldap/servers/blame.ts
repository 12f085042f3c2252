import { Fault, isDoubt } from '../../directory.ts';
import { type Connection, Lost } from '../wire/connection.ts';

/**
 * Says whose fault it is that a question failed: the directory's, whose circuit may open, or that of this key alone. Any
 * stranger chooses keys, and one that a server refuses, or answers too slowly, must not keep others from being answered.
 */
export interface Blame {
  /** Begins to watch a question that is asked on a connection; `stop` it when the question has ended. */
  watch(connection: Connection): Watch;
}

interface Watch {
  /** What to throw in the place of `error`. Untrusted, where the connection is not to be used any more. */
  of(error: unknown, signal: AbortSignal): Promise<unknown>;
  stop(): void;
}

export interface BlameOptions {
  /** Proves a connection anew, as a *none* on it would be. */
  readonly prove: (connection: Connection) => Promise<unknown>;
  /** A question's time. */
  readonly searchMs: number;
}

/** Creates it for one kind of question. */
export function createBlame({ prove, searchMs }: BlameOptions): Blame {
  /** Whether a connection answers all that a proof asks, be it with a doubt. */
  async function isWell(connection: Connection): Promise<boolean> {
    try {
      await prove(connection);
      return true;
    } catch (error) {
      return isDoubt(error);
    }
  }

  return {
    watch(connection) {
      let answers = Number.POSITIVE_INFINITY;
      /** Ends the knock; absent, as nearly always, until there is one: to abort makes an error with its stack. */
      let knocking: AbortController | undefined;
      // A question that is slow is told from a server that is by another one, the least there is.
      const timer = setTimeout(() => {
        answers = connection.answers;
        knocking = new AbortController();
        connection.knock(knocking.signal).catch(() => {});
      }, searchMs / 2);
      return {
        stop() {
          clearTimeout(timer);
          knocking?.abort();
        },
        async of(error, signal) {
          if (signal.aborted || !(error instanceof Fault) || error instanceof Lost) return error;
          if (error.kind === 'timeout' && connection.answers > answers)
            return ofTheKey(`${connection.server} answers others, but not this question in time`);
          if (error.kind !== 'directory' || connection.death !== undefined) return error;
          return (await isWell(connection)) ? ofTheKey(error.message, error) : error;
        },
      };
    },
  };
}

/** A failure on connections of which none survived, where a new one is well. */
export async function blameLost(
  error: unknown,
  open: () => Promise<Connection>,
  prove: BlameOptions['prove'],
): Promise<unknown> {
  if (!(error instanceof Lost)) return error;
  try {
    await prove(await open());
    return ofTheKey(error.message, error);
  } catch (other) {
    return isDoubt(other) ? ofTheKey(error.message, error) : error;
  }
}

const ofTheKey = (reason: string, cause?: unknown): Fault =>
  new Fault('entry', `${reason} (others are answered)`, { cause });
