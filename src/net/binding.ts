import { once } from 'node:events';
import { connect } from 'node:net';
import type { Log } from '../log.ts';
import { codeOf } from '../reason.ts';
import type { Endpoint } from './endpoint.ts';

/** Postfix opens hundreds of connections at once; Linux cuts it to `net.core.somaxconn`. */
export const BACKLOG = 1024;

/** Whether an endpoint that is in use is an error (absent), or taken over. */
export type Takeover = 'yes' | undefined;

/** Whom an endpoint may meet at its place. */
export interface BindOptions {
  readonly takeover?: Takeover;
  /** Endpoints of this process that are closed once the new one is there: they are no strangers. Absent: none are. */
  readonly replaces?: readonly Endpoint[];
  readonly log: Log;
}

/** Where a server listens in the end. */
export interface Binding {
  readonly endpoint: Endpoint;
  /** Puts a Unix socket into its place, over who was there; over TCP it is there as soon as it is bound. */
  publish(): Promise<void>;
  /**
   * Withdraws from there, before the server stops accepting; who was there before `publish` stays. Never rejects: whoever
   * ends has more to do, and a socket file that can't be removed is told.
   */
  withdraw(): Promise<void>;
}

/** The end of a message about an endpoint at which somebody else answers. */
export const IN_USE =
  'is in use: a server answers there (another idpmap? stop it, or start with --takeover)';

const PROBE_MS = 1000;

/** Asks whether somebody accepts connections there: `live`, or the code of the error that says no. */
export async function probe(endpoint: Endpoint): Promise<string> {
  const to =
    endpoint.kind === 'unix'
      ? { path: endpoint.path }
      : { host: endpoint.host, port: endpoint.port };
  const socket = connect(to);
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), PROBE_MS);
  try {
    await once(socket, 'connect');
    return 'live';
  } catch (error) {
    // A full backlog: somebody is there, and busy.
    return codeOf(error) === 'EAGAIN' ? 'live' : codeOf(error);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
