import type { Clock } from '../../clock.ts';
import { Fault } from '../directory.ts';
import { withinTime } from '../waiting.ts';

/** Opens connections to the first of several servers that serves. */
export interface Servers<C> {
  /** One after the other, so that a password that is refused is sent once and not once a connection. */
  open(signal: AbortSignal): Promise<Opened<C>>;
}

/** A connection, and how many servers come before its own. */
export interface Opened<C> {
  readonly connection: C;
  readonly rank: number;
}

export interface ServersOptions<Endpoint, C> {
  readonly endpoints: readonly Endpoint[];
  /** Opens and proves a connection. */
  readonly open: (endpoint: Endpoint, signal: AbortSignal) => Promise<C>;
  /** One server's time to get ready. */
  readonly connectMs: number;
  /** A server that failed is asked after the others for 0.6 to 0.8 of this: connections of this age find it first again. */
  readonly coolMs: number;
  /** Whether an error is a refused login, which ends the round; absent: none does. */
  readonly isRefusal?: (error: unknown) => boolean;
  readonly clock: Clock;
}

/**
 * Tries servers in the order of the configuration, those that failed a short time ago last.
 * A refused login may end the round: the next server would only count it as one more wrong password.
 */
export function createServers<Endpoint, C>(options: ServersOptions<Endpoint, C>): Servers<C> {
  const { clock, isRefusal = () => false } = options;
  const servers = options.endpoints.map((endpoint, rank) => ({ endpoint, rank, coolUntil: 0 }));

  async function openFirst(signal: AbortSignal): Promise<Opened<C>> {
    const now = clock.now();
    const warm = servers.filter(({ coolUntil }) => coolUntil <= now);
    const cool = servers.filter(({ coolUntil }) => coolUntil > now);
    let failure: unknown = new Error('no server is configured');
    for (const server of [...warm, ...cool]) {
      try {
        const connection = await withinTime(
          (own) => options.open(server.endpoint, own),
          options.connectMs,
          signal,
        );
        server.coolUntil = 0;
        return { connection, rank: server.rank };
      } catch (error) {
        // It was not the server that ended this.
        if (signal.aborted || isRefusal(error)) throw error;
        failure = error;
        server.coolUntil = clock.now() + options.coolMs * (0.6 + Math.random() * 0.2);
      }
    }
    throw failure;
  }

  let last: Promise<unknown> = Promise.resolve();
  return {
    open(signal) {
      const turn = last.then(() => {
        if (signal.aborted) throw new Fault('timeout', 'there was no connection in time');
        return openFirst(signal);
      });
      last = turn.catch(() => {});
      return turn;
    },
  };
}
