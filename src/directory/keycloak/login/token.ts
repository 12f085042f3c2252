import type { Clock } from '../../../clock.ts';
import type { Log } from '../../../log.ts';
import { errorOf, reasonOf } from '../../../reason.ts';
import { Fault } from '../../directory.ts';
import { waitFor, withinTime } from '../../waiting.ts';
import { Transient } from '../http/faults.ts';

/** A token as Keycloak gave it. */
export interface Token {
  readonly text: string;
  readonly lifeMs: number;
}

/** Keeps the client's token: one for all questions, renewed before it ends. */
export interface Tokens {
  /**
   * The token that counts; waits for one where there is none.
   * @throws {Fault} where there is none to be had, or `signal` aborts first
   */
  take(signal: AbortSignal): Promise<Token>;
  /**
   * Drops `token`, which was refused, unless another one has taken its place already, or one was dropped just now: what
   * refuses each token, or some keys of strangers, must not be asked for a token each time.
   */
  drop(token: Token): void;
  /** Fetches another one, whatever the present one is worth. */
  renew(signal: AbortSignal): Promise<Token>;
  /** After a fetch that failed, fetches at once instead of later: the secret may be another one. */
  retry(): void;
  /** Ends the renewing. */
  stop(): void;
}

export interface TokenOptions {
  readonly name: string;
  /** Asks Keycloak for a token. */
  readonly fetch: (signal: AbortSignal) => Promise<Token>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Kept {
  readonly token: Token;
  readonly until: number;
}

const FETCH_MS = 5000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;
/** At most one token in this time is dropped. */
const DROP_MS = 1000;
/** Longer than any token lives that somebody meant to be short-lived; a timer holds no more than 24 days. */
const LONGEST_MS = 86_400_000;

/**
 * Creates the keeper. One fetch at a time serves everybody who waits; the next one follows at 60 to 80 % of the token's
 * life, so that daemons do not renew in step. After a fetch that was refused, the next waits for 1, 2, 4 … 10 s, else for
 * 1 s; the present token counts until its end.
 */
export function createTokens({ name, fetch, clock, log }: TokenOptions): Tokens {
  const life = new AbortController();
  let kept: Kept | undefined;
  let flight: Promise<Token> | undefined;
  let failure:
    | { readonly fault: Error; readonly times: number; readonly until: number }
    | undefined;
  let droppedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (life.signal.aborted) return;
    timer = setTimeout(() => void begin().catch(() => {}), Math.min(ms, LONGEST_MS));
    timer.unref();
  };

  const keep = (token: Token): Token => {
    kept = { token, until: clock.now() + token.lifeMs };
    if (failure !== undefined) log.info({ directory: name }, 'keycloak gives tokens again');
    failure = undefined;
    schedule(token.lifeMs * (0.6 + 0.2 * Math.random()));
    return token;
  };

  const fail = (error: unknown): never => {
    const fault = errorOf(error);
    const times = passes(fault) ? 1 : (failure?.times ?? 0) + 1;
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS);
    if (failure?.fault.message !== fault.message && !life.signal.aborted) {
      log.error({ directory: name, reason: fault.message }, 'keycloak gives no token');
    }
    failure = { fault, times, until: clock.now() + waitMs };
    schedule(waitMs);
    throw fault;
  };

  function begin(): Promise<Token> {
    if (flight !== undefined) return flight;
    const own = withinTime(fetch, FETCH_MS, life.signal)
      .then(keep, fail)
      .finally(() => {
        flight = undefined;
      });
    flight = own;
    return own;
  }

  const join = (shared: Promise<Token>, signal: AbortSignal): Promise<Token> =>
    waitFor(shared, signal, () => {
      const reason =
        failure === undefined
          ? 'keycloak gave no token in time'
          : `keycloak gave no token in time; before: ${reasonOf(failure.fault)}`;
      return new Fault('timeout', reason);
    });

  return {
    async take(signal) {
      if (kept !== undefined && clock.now() < kept.until) return kept.token;
      if (life.signal.aborted) throw new Fault('shutdown', 'the directory is closed');
      if (flight === undefined && failure !== undefined && clock.now() < failure.until) {
        throw failure.fault;
      }
      return join(begin(), signal);
    },
    drop(token) {
      if (kept?.token !== token || clock.now() < droppedAt + DROP_MS) return;
      droppedAt = clock.now();
      kept = undefined;
    },
    renew: (signal) => join(begin(), signal),
    retry() {
      if (failure !== undefined) void begin().catch(() => {});
    },
    stop() {
      life.abort();
      clearTimeout(timer);
    },
  };
}

/** Whether a fault may be over in a moment: nobody has to mend anything. */
const passes = (fault: Error): boolean =>
  fault instanceof Transient || (fault instanceof Fault && fault.kind === 'starting');
