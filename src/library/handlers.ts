import type { Maybe } from '../directory/directory.ts';
import type { Context } from '../lookup/outcome.ts';
import type { Answer } from '../maps/answer.ts';

/** What a handler may want to know beside the key. */
export interface HandlerContext extends Context {
  /** The map that is asked, as the client wrote it. */
  readonly map: string;
  /**
   * Fires at the request's deadline, and when its client leaves: from then on nobody waits for the answer. It is made when it
   * is read, so hand it to whatever waits (`fetch`, a database), and read it nowhere else.
   */
  readonly signal: AbortSignal;
}

/**
 * Answers for one map: at once, or as a promise. Whatever it throws, or brings that is no answer, is TEMP and a line of the
 * log; what comes after the deadline is dropped. NOTFOUND bounces mail: say it only of what is known to be absent.
 */
export type Handler = (key: string, context: HandlerContext) => Maybe<Answer>;

/** Answers for each map that has no handler of its own. */
export type DefaultHandler = (map: string, key: string, context: HandlerContext) => Maybe<Answer>;

/**
 * Checks what a handler brought: JavaScript lets it bring anything.
 * @throws {TypeError} that names the map, where it is no answer
 */
export function checkAnswer(given: unknown, map: string): Answer {
  if (isAnswer(given)) return given;
  throw new TypeError(
    `the handler of map ${map} brought ${show(given)}, which is no answer: return ok(data), notFound(), temp(reason), timeout(reason) or perm(reason)`,
  );
}

const REASONED: readonly unknown[] = ['TEMP', 'TIMEOUT', 'PERM'];

function isAnswer(given: unknown): given is Answer {
  if (typeof given !== 'object' || given === null || !('status' in given)) return false;
  if (given.status === 'OK') return 'data' in given && typeof given.data === 'string';
  if (given.status === 'NOTFOUND') return true;
  return REASONED.includes(given.status) && 'reason' in given && typeof given.reason === 'string';
}

/** Says what something is, not what it holds: that may be somebody's address. */
const show = (given: unknown): string => {
  if (given === null || given === undefined) return String(given);
  return typeof given === 'object'
    ? `an object of ${Object.keys(given).join(', ')}`
    : `a ${typeof given}`;
};
