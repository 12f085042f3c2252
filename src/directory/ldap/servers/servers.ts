import type { Clock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import { withinTime } from '../../waiting.ts';
import type { Connection } from '../wire/connection.ts';
import { Refused } from '../wire/open.ts';

/** Opens connections to the first of several servers that serves. */
export interface Servers {
  /** One after the other, so that a password that is refused is sent once and not once a connection. */
  open(signal: AbortSignal): Promise<Opened>;
}

/** A connection, and how many servers come before its own. */
export interface Opened {
  readonly connection: Connection;
  readonly rank: number;
}

export interface ServersOptions<Endpoint> {
  readonly endpoints: readonly Endpoint[];
  /** Opens and proves a connection. */
  readonly open: (endpoint: Endpoint, signal: AbortSignal) => Promise<Connection>;
  /** One server's time to get ready. */
  readonly connectMs: number;
  /** A server that failed is asked after the others for 0.6 to 0.8 of this: connections of this age find it first again. */
  readonly coolMs: number;
  readonly clock: Clock;
}

/**
 * Tries servers in the order of the configuration, those that failed a short time ago last.
 * A refused login ends the round: the next server would only count it as one more wrong password.
 */
export function createServers<Endpoint>(options: ServersOptions<Endpoint>): Servers {
  const { clock } = options;
  const servers = options.endpoints.map((endpoint, rank) => ({ endpoint, rank, coolUntil: 0 }));

  async function openFirst(signal: AbortSignal): Promise<Opened> {
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
        if (signal.aborted || error instanceof Refused) throw error;
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
