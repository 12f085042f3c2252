import { Fault, isDoubt } from '../../directory.ts';
import { templateKey } from '../../templates/template.ts';
import { waitFor } from '../../waiting.ts';
import { Lost } from '../engine.ts';
import { NOBODY, type Part } from '../parts.ts';
import type { SqlConnection } from './connection.ts';

/**
 * Says whose fault it is that a question failed: the database's, whose circuit may open, or that of this key alone. Any
 * stranger chooses keys, and one that takes long, or at which the database ends the connection, must not keep others from
 * being answered.
 */
export interface Blame {
  /** What to throw in the place of `error`, with the part whose statement failed; absent: none did. */
  of(error: unknown, part: Part | undefined, signal: AbortSignal): Promise<unknown>;
}

/** So many connections may be lost meanwhile, as when a question is asked. */
const MAX_TRIES = 3;

/** Creates it; `take` gives a connection that lives. */
export function createBlame(take: () => Promise<SqlConnection>): Blame {
  /** By part: a database that is overloaded is asked once for all who wait. */
  const underWay = new Map<Part | undefined, Promise<boolean>>();

  /** Whether the same statement is answered for nobody's key, be it with a refusal or a doubt. */
  async function isWell(part: Part | undefined): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await askNobody(await take(), part);
        return true;
      } catch (error) {
        if (isAnswer(error)) return true;
        if (tries === MAX_TRIES || !(error instanceof Lost)) return false;
      }
    }
  }

  function isWellNow(part: Part | undefined): Promise<boolean> {
    const known = underWay.get(part);
    if (known !== undefined) return known;
    const asked = isWell(part).finally(() => underWay.delete(part));
    underWay.set(part, asked);
    return asked;
  }

  return {
    async of(error, part, signal) {
      if (signal.aborted || !(error instanceof Fault)) return error;
      if (error.kind !== 'timeout' && error.kind !== 'directory') return error;
      // Where a proof was slow, no key is to blame.
      if (part === undefined && !(error instanceof Lost)) return error;
      try {
        if (!(await waitFor(isWellNow(part), signal, () => error))) return error;
      } catch {
        // There was no time left.
        return error;
      }
      return new Fault('entry', `${error.message} (others are answered)`, { cause: error });
    },
  };
}

async function askNobody(connection: SqlConnection, part: Part | undefined): Promise<void> {
  const values = part?.bind(templateKey(NOBODY));
  if (part === undefined || values === undefined) await connection.believe();
  else await connection.run(part.text, values);
}

const isAnswer = (error: unknown): boolean =>
  isDoubt(error) || (error instanceof Fault && error.kind === 'entry');
