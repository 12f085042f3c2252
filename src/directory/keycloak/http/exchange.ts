import type { Pool } from 'undici';
import type { Gate } from './gate.ts';
import type { Reply } from './replies.ts';
import { type Message, send } from './send.ts';
import type { Site } from './site.ts';
import { isLost, transportFault } from './transport.ts';

/**
 * Sends one message and reads the whole reply, whatever its status.
 * @throws {Fault} where there is no reply, or one that asks for peace
 */
export type Exchange = (path: string, message: Message, signal: AbortSignal) => Promise<Reply>;

/** Creates the exchange over one pool. A question whose connection was closed by the other end is put once more. */
export function createExchange(pool: Pool, site: Site, gate: Gate): Exchange {
  /** What to do about an error: the likeliest one is an idle connection that was closed at this moment. */
  async function recover(
    error: unknown,
    path: string,
    message: Message,
    signal: AbortSignal,
  ): Promise<Reply> {
    try {
      if (signal.aborted || !isLost(error)) throw error;
      return await send(pool, path, message, signal);
    } catch (last) {
      throw gate.judge(transportFault(last, site, signal));
    }
  }

  return async (path, message, signal) => {
    gate.check();
    let reply: Reply;
    try {
      reply = await send(pool, path, message, signal);
    } catch (error) {
      reply = await recover(error, path, message, signal);
    }
    gate.note(reply);
    return reply;
  };
}
