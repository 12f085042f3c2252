import type { Endpoint } from './endpoint.ts';
import type { ServerTls } from './tls.ts';

/** Where and for whom to listen. */
export interface ListenOptions {
  readonly endpoint: Endpoint;
  /** Networks whose peers may connect over TCP (`10.1.0.0/16`); absent: everybody. Others are closed at once. */
  readonly allow?: readonly string[];
  readonly tls?: ServerTls;
  /** Share the endpoint with whoever listens there now, who is to stop; absent: that is an error. */
  readonly takeover?: 'yes';
  /**
   * Endpoints of this process whose place the new one may take, as 127.0.0.1:9100 for 0.0.0.0:9100; whoever opened them
   * closes them once it is published. Absent: none.
   */
  readonly replaces?: readonly Endpoint[];
}

/** An open endpoint with its connections. */
export interface Listener {
  /** The actual one: with the port that the system chose. */
  readonly endpoint: Endpoint;
  /**
   * Stops accepting, answers every request that has arrived, and ends the connections; those still open after
   * `withinMs` are destroyed. Again: whichever time is up first counts.
   */
  close(withinMs: number): Promise<void>;
  /**
   * Uses other certificates for connections from now on.
   * @throws {EndpointError} where they can't be used, and the old ones stay; or it was opened without TLS
   */
  setTls(tls: ServerTls): void;
}

/** A listener that connections may not reach yet. */
export interface BoundListener extends Listener {
  /** Puts a Unix socket into its place, over who was there; over TCP it accepts as soon as it is bound. */
  publish(): Promise<void>;
}

/** A listener as its server sees it. */
export interface SweptListener extends BoundListener {
  /** Drops the connections that have taken too long. */
  sweep(): void;
}
