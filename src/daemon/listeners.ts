import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ListenSettings, Settings } from '../config/schema.ts';
import { type Endpoint, formatEndpoint } from '../endpoint.ts';
import { reasonOf } from '../reason.ts';
import type { Listener } from '../socketmap/listener.ts';
import type { Limits } from '../socketmap/protocol.ts';
import type { SocketmapServer } from '../socketmap/server.ts';
import type { Takeover } from '../socketmap/tcp.ts';
import type { ServerTls } from '../socketmap/tls.ts';

/** One configured endpoint that is open. */
export interface OpenListener {
  readonly settings: ListenSettings;
  readonly listener: Listener;
}

/**
 * Opens the configured endpoints; those that are open under the same settings stay, with their certificates read anew.
 * @returns all that are to be open; what `open` holds beyond them is for the caller to close
 * @throws {Error} where one can't be opened: then none of the new ones is left open
 */
export async function openListeners(
  server: SocketmapServer,
  wanted: readonly ListenSettings[],
  open: readonly OpenListener[],
  takeover?: Takeover,
): Promise<readonly OpenListener[]> {
  const all: OpenListener[] = [];
  const opened: Listener[] = [];
  try {
    for (const settings of wanted) {
      const same = open.find((each) => isDeepStrictEqual(each.settings, settings));
      const tls = await readTls(settings);
      if (same !== undefined) {
        if (tls !== undefined) same.listener.setTls(tls);
        all.push(same);
        continue;
      }
      // An endpoint of our own whose other settings changed is handed on, as between two daemons.
      const handsOn = open.some((each) => isSamePlace(each.settings, settings)) ? 'yes' : takeover;
      const listener = await server.listen({
        endpoint: settings.endpoint,
        ...(settings.allow && { allow: settings.allow }),
        ...(tls && { tls }),
        ...(handsOn && { takeover: handsOn }),
      });
      opened.push(listener);
      all.push({ settings, listener });
    }
    return all;
  } catch (error) {
    await Promise.all(opened.map((listener) => listener.close(0)));
    throw error;
  }
}

const isSamePlace = (one: ListenSettings, other: ListenSettings): boolean =>
  formatEndpoint(one.endpoint) === formatEndpoint(other.endpoint);

async function readTls({ tls, endpoint }: ListenSettings): Promise<ServerTls | undefined> {
  if (tls === undefined) return undefined;
  const read = (path: string): Promise<string> =>
    readFile(path, 'utf8').catch((error: unknown) => {
      throw new Error(`${formatEndpoint(endpoint)}: ${path} can't be read: ${reasonOf(error)}`, {
        cause: error,
      });
    });
  const [cert, key] = await Promise.all([read(tls.cert), read(tls.key)]);
  return tls.clientCa === undefined
    ? { cert, key }
    : { cert, key, clientCa: await read(tls.clientCa) };
}

/** Where the daemon listens, for people and for commands. */
export const listEndpoints = (open: readonly OpenListener[]): readonly Endpoint[] =>
  open.map(({ listener }) => listener.endpoint);

/** What clients may do, as the configuration says it. */
export const limitsOf = ({ connections }: Settings): Limits => ({
  maxConnections: connections.max,
  requestTimeoutMs: connections.requestTimeout,
  replyTimeoutMs: connections.replyTimeout,
  ...(connections.idleTimeout !== 'off' && { idleTimeoutMs: connections.idleTimeout }),
});
