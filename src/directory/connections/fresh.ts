import { joining } from '../waiting.ts';
import type { Pooled } from './pool.ts';
import type { Servers } from './servers.ts';

export interface FreshOptions<C extends Pooled> {
  readonly servers: Servers<C>;
  /** Of whoever waits. */
  readonly signal: AbortSignal;
  /** Ends with the directory. */
  readonly lifetime: AbortSignal;
}

/** Runs `task` on a new connection, which ends with it or with the directory. */
export async function onFresh<C extends Pooled, T>(
  { servers, signal, lifetime }: FreshOptions<C>,
  task: (connection: C) => Promise<T>,
): Promise<T> {
  const open = (own: AbortSignal) => servers.open(own);
  const { connection } = await joining(open, new AbortController(), signal, lifetime);
  const close = (): void => connection.close();
  lifetime.addEventListener('abort', close);
  try {
    return await task(connection);
  } finally {
    lifetime.removeEventListener('abort', close);
    close();
  }
}
