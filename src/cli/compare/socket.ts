import type { Endpoint } from '../../net/endpoint.ts';
import { reasonOf } from '../../reason.ts';
import { createSocketmapClient, LostConnection } from '../../socketmap/client.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Ask } from './patience.ts';

const TIMEOUT_MS = 30_000;

/** Asks a map of a socketmap server for as long as `use` takes. A connection that it ends is opened once more. */
export async function withSocket<R>(
  endpoint: Endpoint,
  map: string,
  use: (ask: Ask) => Promise<R>,
): Promise<R> {
  const client = createSocketmapClient({ endpoint, timeoutMs: TIMEOUT_MS });
  const ask: Ask = (key) => client.ask(map, key);
  try {
    return await use((key) =>
      ask(key)
        .catch((error: unknown) => {
          if (error instanceof LostConnection) return ask(key);
          throw error;
        })
        .catch((error: unknown) => {
          throw new CliError(EXIT.unavailable, reasonOf(error), { cause: error });
        }),
    );
  } finally {
    client.close();
  }
}
