/** @import { Status } from '../statusreport.ts' */
/** @import { Explanation, SenderExplanation } from '../../maps/explain.ts' */
/** @import { TraceExplanation } from '../../control/protocol.ts' */
import { parsePrintable } from './printable.js';
import { readToken } from './token.js';

/** A daemon that is slower than this shows as one that can't be reached. */
const STATUS_MS = 2500;

/** An explanation asks every map, one after the other. */
const EXPLAIN_MS = 15_000;

/** What the daemon refused, in words for whoever uses the page. */
export class Refusal extends Error {
  /**
   * @param {number} status the HTTP status
   * @param {string} reason the daemon's, which is for whoever writes requests
   * @param {'a token' | 'no token'} sent
   */
  constructor(status, reason, sent) {
    super(WORDS.get(`${status} with ${sent}`) ?? reason);
    /** Whether another token would help. */
    this.isToken = status === 401;
  }
}

/** Where another word than the daemon's helps. */
const WORDS = new Map([
  [
    '401 with a token',
    'That is not the token. The right one is in the file that http.token names; "idpmap config print" shows which it is.',
  ],
  ['401 with no token', 'It wants the token of http.token: give it under "Test an address".'],
]);

/**
 * Reads how the daemon fares. Rejects with a `Refusal`, or with whatever kept it from being reached.
 * @returns {Promise<Status>}
 */
export const readStatus = () => ask('status', STATUS_MS);

/**
 * Asks for the explanation of an address, of a sender and its login, or of an id in mail.log. Rejects as `readStatus`.
 * @param {{ address: string } | { address: string, login: string } | { id: string }} question
 * @returns {Promise<Explanation | SenderExplanation | TraceExplanation>}
 */
export const readExplanation = (question) => ask('explain', EXPLAIN_MS, question);

/**
 * @param {string} name
 * @param {number} timeoutMs
 * @param {object} [body]
 */
async function ask(name, timeoutMs, body) {
  const token = readToken();
  const headers = new Headers();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const signal = AbortSignal.timeout(timeoutMs);
  // Beside this file, so that a proxy may serve all of it below a path of its own.
  const response = await fetch(new URL(`../api/${name}`, import.meta.url), {
    headers,
    signal,
    credentials: 'omit',
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer = parsePrintable(await response.text());
  if (!response.ok) {
    const sent = token === undefined ? 'no token' : 'a token';
    throw new Refusal(response.status, String(answer.error), sent);
  }
  return answer;
}
