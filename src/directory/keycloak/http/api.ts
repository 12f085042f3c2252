import { Fault } from '../../directory.ts';
import type { Tokens } from '../login/token.ts';
import type { Exchange } from './exchange.ts';
import { Unauthorized } from './faults.ts';
import type { Gate } from './gate.ts';
import { contentOf } from './replies.ts';
import type { Site } from './site.ts';

/** A question's parameters, not encoded yet; a list repeats its name. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * Asks the realm's admin API: gives the JSON of a reply with status 200.
 * @param path below the realm: `/users`
 * @throws {Fault} on everything else
 */
export type Ask = (path: string, query: Query, signal: AbortSignal) => Promise<unknown>;

export interface AskOptions {
  readonly site: Site;
  readonly exchange: Exchange;
  readonly gate: Gate;
  readonly tokens: Pick<Tokens, 'take' | 'drop'>;
}

/** Creates what asks. A token that is refused is dropped, and the question put once more with a new one. */
export function createAsk({ site, exchange, gate, tokens }: AskOptions): Ask {
  async function askWith(
    token: string,
    path: string,
    query: Query,
    signal: AbortSignal,
  ): Promise<unknown> {
    const reply = await exchange(
      site.adminPath + path + write(query),
      {
        method: 'GET',
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      },
      signal,
    );
    try {
      return contentOf(reply, site, path);
    } catch (error) {
      throw error instanceof Fault ? gate.judge(error) : error;
    }
  }

  return async (path, query, signal) => {
    const token = await tokens.take(signal);
    try {
      return await askWith(token.text, path, query, signal);
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      tokens.drop(token);
      const renewed = await tokens.take(signal);
      if (renewed === token) throw error;
      return askWith(renewed.text, path, query, signal);
    }
  };
}

/** A plus sign would be a space to Keycloak, so everything is encoded. */
function write(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [value]).map(
      (one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`,
    ),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
