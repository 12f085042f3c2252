import type { Answer } from '../maps/answer.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { reasonOf } from '../reason.ts';
import { type ClientTls, createSocketmapClient, LostConnection } from '../socketmap/client.ts';
import { temp } from '../socketmap/protocol.ts';
import { readEndpoint } from './endpoint.ts';

/** How a client asks; all of it may be left out. */
export interface MapClientOptions {
  /** For connecting, a second try and the reply, together; absent: 100 000, as long as Postfix waits. */
  readonly timeoutMs?: number;
  /** Open at most, each with one question under way; further questions wait for their turn. Absent: 1, as Postfix has. */
  readonly connections?: number;
  readonly tls?: ClientTls;
}

/** What Postfix would make of a lookup. `fault` is what went wrong where the server itself did not say TEMP. */
export type Seen = Answer & { readonly fault?: unknown };

/** Asks a socketmap server. `Name` are the maps that the compiler knows; absent: every name is allowed. */
export interface MapClient<Name extends string = string> extends Disposable {
  /**
   * Asks `map` for `key`, as Postfix does: where a connection ends before its reply it is tried once more on a new one. Never
   * rejects: no connection, no reply in time, and one that can't be read are TEMP, with the `fault`.
   */
  lookup(map: Name, key: string): Promise<Seen>;
  /** Closes its connections for good; whoever still waits gets TEMP. */
  close(): void;
}

const TIMEOUT_MS = 100_000;

/**
 * Creates a client of the server at `where`, as `listen` reads it; it does not connect yet. One connection has one question
 * under way, and none after a fault, so that no reply is ever taken for the answer to another question.
 * @throws {SyntaxError} where the endpoint can't be read
 */
export function createClient<Name extends string = string>(
  where: string | Endpoint,
  { timeoutMs = TIMEOUT_MS, connections = 1, tls }: MapClientOptions = {},
): MapClient<Name> {
  const endpoint = readEndpoint(where);
  const idle = Array.from({ length: Math.max(1, connections) }, () =>
    createSocketmapClient({ endpoint, timeoutMs, ...(tls && { tls }) }),
  );
  const all = [...idle];
  const waiting: ((client: Client | undefined) => void)[] = [];
  let isClosed = false;

  /** The next connection that is free; absent: none was before `until`, or it is closed. The one used last is warm. */
  const take = (until: number): Promise<Client | undefined> | Client | undefined => {
    if (isClosed) return undefined;
    const free = idle.pop();
    if (free !== undefined) return free;
    return new Promise((resolve) => {
      const timer = setTimeout(() => give(undefined), until - performance.now());
      const give = (client: Client | undefined): void => {
        clearTimeout(timer);
        const at = waiting.indexOf(give);
        if (at !== -1) waiting.splice(at, 1);
        resolve(client);
      };
      waiting.push(give);
    });
  };
  const release = (client: Client): void => {
    const next = waiting[0];
    if (next === undefined) idle.push(client);
    else next(client);
  };
  const ask = async (map: string, key: string): Promise<Answer> => {
    const until = performance.now() + timeoutMs;
    const client = await take(until);
    if (client === undefined)
      throw new Error(isClosed ? CLOSED : `no connection was free within ${timeoutMs} ms`);
    try {
      return await client.ask(map, key, timeLeft(until));
    } catch (error) {
      if (isClosed || !(error instanceof LostConnection)) throw error;
      return await client.ask(map, key, timeLeft(until));
    } finally {
      release(client);
    }
  };
  const close = (): void => {
    isClosed = true;
    for (const client of all) client.close();
    for (const give of waiting.splice(0)) give(undefined);
  };
  return {
    lookup: async (map, key) => {
      try {
        return await ask(map, key);
      } catch (error) {
        if (error instanceof TypeError) throw error;
        return { ...temp(reasonOf(error)), fault: error };
      }
    },
    close,
    [Symbol.dispose]: close,
  };
}

type Client = ReturnType<typeof createSocketmapClient>;

const CLOSED = 'the client is closed';

const timeLeft = (until: number): number => Math.max(1, Math.ceil(until - performance.now()));
