import { isDeepStrictEqual } from 'node:util';
import type { ListenSettings } from '../config/schema.ts';
import { explainUnreadable, LOAD_MS } from '../config/sources/secret.ts';
import { readRegularFile } from '../files.ts';
import type { Takeover } from '../net/binding.ts';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import type { Limits } from '../net/limits.ts';
import type { BoundListener, Listener } from '../net/listening.ts';
import type { ServerTls } from '../net/tls.ts';
import type { Settings } from '../settings.ts';
import type { SocketmapServer } from '../socketmap/server.ts';

/** One configured endpoint that is open. */
export interface OpenListener {
  readonly settings: ListenSettings;
  readonly listener: Listener;
}

/** The configured endpoints, all of them bound; nobody was replaced at a Unix socket yet. */
export interface BoundListeners {
  /** All that are to be open, those that are open already included. */
  readonly all: readonly OpenListener[];
  /**
   * Puts the new ones into their places. `goOn` throws where they are not to get there any more.
   * @throws {Error} where one can't be put there, or by `goOn`: then none of the new ones is left open
   */
  publish(goOn?: () => void): Promise<void>;
}

/** A Pod's sidecar gets 2 s when Postfix has used up the time; the rest is for the process to end. */
export const DRAIN_MS = 1500;

/**
 * Binds the configured endpoints; those that are open under the same settings stay, with their certificates read anew, and
 * the others that are open are handed on, wider or narrower, as between two daemons.
 * What `open` holds beyond them is for the caller to close once the others are published.
 * @throws {Error} where one can't be opened: then none of the new ones is left open, and who was there stays
 */
export async function bindListeners(
  server: SocketmapServer,
  wanted: readonly ListenSettings[],
  open: readonly OpenListener[],
  takeover?: Takeover,
): Promise<BoundListeners> {
  const kept: OpenListener[] = [];
  const all: OpenListener[] = [];
  const bound: BoundListener[] = [];
  /** Where one fails, all leave: over TCP, which is shared meanwhile, they may have been asked already. */
  const orLeave = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await Promise.all(bound.map((listener) => listener.close(DRAIN_MS)));
      throw error;
    }
  };
  const leaving = open.filter(
    ({ settings }) => !wanted.some((each) => isDeepStrictEqual(each, settings)),
  );
  const replaces = listEndpoints(leaving);
  await orLeave(async () => {
    for (const settings of wanted) {
      const same = open.find((each) => isDeepStrictEqual(each.settings, settings));
      if (same !== undefined) {
        kept.push(same);
        all.push(same);
        continue;
      }
      const tls = await readTls(settings);
      const listener = await server.bind({
        endpoint: settings.endpoint,
        ...(settings.client && { client: settings.client }),
        ...(settings.allow && { allow: settings.allow }),
        ...(tls && { tls }),
        ...(takeover && { takeover }),
        replaces,
      });
      bound.push(listener);
      all.push({ settings, listener });
    }
    await Promise.all(kept.map(renewTls));
  });
  return {
    all,
    publish: (goOn = () => {}) =>
      orLeave(async () => {
        for (const listener of bound) {
          goOn();
          await listener.publish();
        }
        goOn();
      }),
  };
}

async function renewTls({ settings, listener }: OpenListener): Promise<void> {
  const tls = await readTls(settings);
  if (tls !== undefined) listener.setTls(tls);
}

async function readTls({ tls, endpoint }: ListenSettings): Promise<ServerTls | undefined> {
  if (tls === undefined) return undefined;
  const read = async (path: string): Promise<string> => {
    try {
      return (await readRegularFile(path, LOAD_MS)).toString('utf8');
    } catch (error) {
      const reason = `${formatEndpoint(endpoint)}: tls can't be read: ${await explainUnreadable(path, error)}`;
      throw new Error(reason, { cause: error });
    }
  };
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
  reservedConnections: Math.floor(connections.max * connections.reserve),
  maxConnectionsPerPeer: Math.max(1, Math.ceil(connections.max * connections.perPeer)),
  requestTimeoutMs: connections.requestTimeout,
  replyTimeoutMs: connections.replyTimeout,
  ...(connections.idleTimeout !== 'off' && { idleTimeoutMs: connections.idleTimeout }),
});
