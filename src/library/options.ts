import { constants } from 'node:buffer';
import type { Log } from '../log.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { LIMITS, type Limits } from '../net/limits.ts';
import type { ServerTls } from '../net/tls.ts';
import type { Client } from '../socketmap/clients.ts';
import { MAX_REPLY_BYTES, MAX_REQUEST_BYTES } from '../socketmap/protocol.ts';
import type { DefaultHandler, Handler } from './handlers.ts';
import type { Hooks } from './hooks.ts';

/** What a server is given; all of it may be left out. Durations are milliseconds, sizes bytes; 0 is no limit. */
export interface MapServerOptions<Name extends string = string> {
  /** Maps that are there from the start, by the name that main.cf gives them. */
  readonly maps?: Readonly<Record<Name, Handler>>;
  /** Answers for each map that has no handler of its own; absent: that is PERM. */
  readonly defaultMap?: DefaultHandler;
  /** How long a handler may take before its request is answered TEMP; absent: 5000. There is no "no limit": Postfix has one. */
  readonly deadlineMs?: number;
  /** A begun request, and a connection's first one, is complete within this, or the connection ends; absent: 30 000. */
  readonly requestTimeoutMs?: number;
  /** A reply is written within this, or the connection ends; absent: 5000. */
  readonly writeTimeoutMs?: number;
  /**
   * Silence after which a connection ends; absent: 0, for a connection that ends under Postfix's question may cost a
   * deferred mail, and the dead are found by keepalive.
   */
  readonly idleTimeoutMs?: number;
  /** A request's payload; absent: 16 384. One that is longer than that and 1 MiB ends its connection. */
  readonly maxRequestBytes?: number;
  /** A reply's payload; absent: 100 000, which is Postfix's own. A longer answer goes out as TEMP. */
  readonly maxReplyBytes?: number;
  /** Open at once, over all endpoints; absent: 2000. */
  readonly maxConnections?: number;
  /** Open at once of one peer over TCP; absent: 1000. */
  readonly maxConnectionsPerPeer?: number;
  /** Takes what is said of clients and handlers, as a pino logger does; absent: nothing is said. */
  readonly log?: Log;
  /** Hears of what happens, for metrics of your own. */
  readonly hooks?: Hooks;
}

/** Who may connect to an endpoint, and how. */
export interface ListenAtOptions {
  /** Networks whose peers may connect over TCP (`10.1.0.0/16`); absent: everybody. Others are closed at once. */
  readonly allow?: readonly string[];
  /** PEM texts; absent: connections are plain. */
  readonly tls?: ServerTls;
  /** Whose socketmap client asks; absent: Postfix. */
  readonly client?: Client;
  /** Endpoints of this process whose place this one may take; close their listeners afterwards. */
  readonly replaces?: readonly Endpoint[];
  /** Ends this listener as `shutdown` does when it fires. */
  readonly signal?: AbortSignal;
}

/** The longest that a timer of Node's can wait. */
const NEVER_MS = 2 ** 31 - 1;

/** What 0 stands for: more than there are, and still a number for whoever counts with it. */
const EVERY = 2 ** 31;

const orNever = (ms: number): number => (ms === 0 ? NEVER_MS : ms);
const orEvery = (count: number): number => (count === 0 ? EVERY : count);

/** A payload becomes a string, which is no longer than this. */
const orLongest = (bytes: number): number => (bytes === 0 ? constants.MAX_STRING_LENGTH : bytes);

/** The limits of connections that the options name. */
export const limitsOf = (options: MapServerOptions<never>): Limits => ({
  maxConnections: orEvery(options.maxConnections ?? LIMITS.maxConnections),
  reservedConnections: LIMITS.reservedConnections,
  maxConnectionsPerPeer: orEvery(options.maxConnectionsPerPeer ?? LIMITS.maxConnectionsPerPeer),
  requestTimeoutMs: orNever(options.requestTimeoutMs ?? LIMITS.requestTimeoutMs),
  replyTimeoutMs: orNever(options.writeTimeoutMs ?? LIMITS.replyTimeoutMs),
  ...((options.idleTimeoutMs ?? 0) > 0 && { idleTimeoutMs: options.idleTimeoutMs ?? 0 }),
});

/** The sizes that they name. */
export const sizesOf = (options: MapServerOptions<never>) => ({
  maxRequestBytes: orLongest(options.maxRequestBytes ?? MAX_REQUEST_BYTES),
  maxReplyBytes: orLongest(options.maxReplyBytes ?? MAX_REPLY_BYTES),
});
