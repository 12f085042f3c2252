import type { Peer } from './peers.ts';
import type { Presence } from './presence.ts';

/** Cuts a stream of bytes into requests, wherever the reads cut it. */
export interface Decoder<Fault extends string> {
  /** Why the bytes can't be read, for good; `next` then finds nothing more. */
  readonly fault: Fault | undefined;
  /** Why what `next` gave last is only the beginning of a request: it was too long, and the rest was passed over. */
  readonly cut?: Fault | undefined;
  /** Whether a request has begun whose end is still missing. */
  readonly isBegun: boolean;
  /** Takes the next bytes, up to `end`. They stay the caller's and are read until `next` finds nothing, or `keep`. */
  feed(chunk: Buffer, end?: number): void;
  /** The next request's payload as UTF-8, bytes that are none as U+FFFD; absent where more bytes are needed. */
  next(): string | undefined;
  /**
   * What `recall` gives for the next request, which is read with that; absent: it gives nothing, or the request is not whole in
   * the chunk, and `next` finds it. Absent itself: requests are always read.
   */
  pass?(recall: Recall, arrival: Arrival): string | undefined;
  /** Whether all that was fed has been read; absent: nobody can tell. */
  readonly isDry?: boolean;
  /** Copies what is still unread, so that the caller may write over the chunk. */
  keep(): void;
}

/** How one connection's bytes become requests, and its replies bytes. */
export interface Dialect<Fault extends string> {
  readonly decoder: Decoder<Fault>;
  readonly encode: (reply: string) => string;
  /** What a peer that ends in the midst of a request may have left out; absent: such a request is cut off. */
  readonly ending?: Buffer;
  /**
   * The last word to a peer that sends what can't be read. Absent: bytes that can't be read end the connection without
   * one, and a request that can't be read is answered with the protocol's `invalid`.
   */
  readonly farewell?: string;
}

/** When a request came, and until when it is answered: one object for all requests that one read completed. */
export interface Arrival {
  readonly arrivedAt: number;
  readonly deadline: number;
  /** Whether its peer still waits; absent: nobody can tell. */
  readonly presence?: Presence;
}

/** Gives the framed reply to the request that lies in `bytes` from `start` to `end`; absent: it has to be asked for. */
export type Recall = (
  bytes: Uint8Array,
  start: number,
  end: number,
  arrival: Arrival,
) => string | undefined;

/**
 * What a listener speaks: requests that are answered once each, in order. It is the same for all connections; what
 * belongs to one is in its dialect. Other texts of replies are payloads, which the dialect frames.
 */
export interface Protocol<Fault extends string> {
  /** Chooses how a connection speaks by its first byte. */
  open(first: number, peer: Peer): Dialect<Fault>;
  /** Turns a request into its reply, framed by `encode`; absent: it can't be read. Neither throws nor rejects. */
  respond(
    request: string,
    arrival: Arrival,
    encode: (reply: string) => string,
  ): string | Promise<string> | undefined;
  /** Where a reply that went out lately may go out again; absent: each request is responded to. */
  readonly recall?: Recall;
  /** Turns the beginning of a request that was too long into its reply; absent, or none: it can't be read. */
  respondCut?(beginning: string): string | undefined;
  /** The reply to a request that nothing has answered by its deadline. */
  readonly giveUp: string;
  /** The reply to a request that can't be read; absent: the connection ends without one. */
  readonly invalid?: string;
}
