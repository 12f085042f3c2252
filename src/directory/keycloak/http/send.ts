import type { Dispatcher, Pool } from 'undici';
import { errorOf } from '../../../reason.ts';
import type { Reply } from './replies.ts';

/** What is sent, besides the path. */
export interface Message {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Sends one message and reads the whole reply, whatever its status. Rejects with undici's errors, and with `signal`'s reason as
 * soon as it aborts. It does what `Pool.request` does without its stream for the body: replies are small and are read whole,
 * and that stream was a third of what a question costs.
 */
export const send = (
  pool: Pool,
  path: string,
  message: Message,
  signal: AbortSignal,
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) reject(errorOf(signal.reason));
    else pool.dispatch({ path, ...message }, receive(resolve, reject, signal));
  });

/** Takes one reply, and settles once. */
function receive(
  resolve: (reply: Reply) => void,
  reject: (error: Error) => void,
  signal: AbortSignal,
): Dispatcher.DispatchHandler {
  let sending: Dispatcher.DispatchController | undefined;
  let head: Pick<Reply, 'status' | 'retryAfter' | 'location'> | undefined;
  const chunks: Buffer[] = [];
  const stop = (): void => {
    const reason = errorOf(signal.reason);
    reject(reason);
    sending?.abort(reason);
  };
  signal.addEventListener('abort', stop);
  return {
    onRequestStart: (controller) => {
      sending = controller;
      // It waited for a connection until now.
      if (signal.aborted) controller.abort(errorOf(signal.reason));
    },
    onResponseStart: (_controller, status, { 'retry-after': retryAfter, location }) => {
      // What comes before the reply: 100, 103.
      if (status < 200) return;
      head = {
        status,
        ...(typeof retryAfter === 'string' && { retryAfter }),
        ...(typeof location === 'string' && { location }),
      };
    },
    onResponseData: (_controller, chunk) => {
      chunks.push(chunk);
    },
    onResponseEnd: () => {
      signal.removeEventListener('abort', stop);
      if (head === undefined) reject(new Error('a reply ended that had not begun'));
      else resolve({ ...head, text: readText(chunks) });
    },
    onResponseError: (_controller, error) => {
      signal.removeEventListener('abort', stop);
      reject(error);
    },
  };
}

const MARK = '\ufeff';

/** UTF-8, of which a mark at its beginning is no part. */
function readText(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  return text.startsWith(MARK) ? text.slice(1) : text;
}
