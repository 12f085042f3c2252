/** What one server takes before it helps itself. Durations are milliseconds. */
export interface Limits {
  /** Open at once, over all listeners; further ones are closed as soon as they are accepted. */
  readonly maxConnections: number;
  /** Of them, so many are kept for each listener, which no other one can take. */
  readonly reservedConnections: number;
  /** Open at once of one peer, over all TCP listeners. */
  readonly maxConnectionsPerPeer: number;
  /** A begun request, and a connection's first one, is complete within this. */
  readonly requestTimeoutMs: number;
  /** A reply is written within this, or the connection is dropped. */
  readonly replyTimeoutMs: number;
  /** Silence after which a connection is ended; absent: never. Postfix holds one open through an SMTP session. */
  readonly idleTimeoutMs?: number;
}

/** The limits where nothing else is said. */
export const LIMITS: Limits = {
  maxConnections: 2000,
  reservedConnections: 500,
  maxConnectionsPerPeer: 1000,
  requestTimeoutMs: 30_000,
  replyTimeoutMs: 5_000,
};

/** Requests of one connection that may wait for their replies; the next ones are not read until then. */
export const MAX_UNANSWERED = 64;

/**
 * Requests that may wait for their replies over all connections of one server; beyond them each connection has one at a
 * time, as Postfix asks. Replies may have 64 KiB, and those of a client that doesn't read are held for as long as it may take.
 */
export const MAX_UNANSWERED_OF_ALL = 256;
