import type { Peer } from '../net/peers.ts';
import type { Dialect } from '../net/protocol.ts';
import { encodeLine, LineDecoder } from './lines.ts';
import { encodeNetstring, type FrameFault, NetstringDecoder } from './netstring.ts';
import { formatReply, INVALID, MAX_PASSED_BYTES, MAX_REQUEST_BYTES } from './protocol.ts';

const NEWLINE = Buffer.from('\n');

/**
 * Chooses how a peer speaks: lines are for people on this machine, anybody else speaks netstrings. Requests have up to
 * `maxBytes`.
 */
export function openDialect(
  first: number,
  peer: Peer,
  maxBytes = MAX_REQUEST_BYTES,
): Dialect<FrameFault> {
  const isDigit = first >= 0x30 && first <= 0x39;
  if (isDigit || !peer.isLocal)
    return {
      decoder: new NetstringDecoder(maxBytes, Math.max(maxBytes, MAX_PASSED_BYTES)),
      encode: encodeNetstring,
    };
  return {
    decoder: new LineDecoder(maxBytes),
    encode: encodeLine,
    // People forget the last newline: printf 'user-exists ann@example.org' | nc
    ending: NEWLINE,
    // They get a word in parting; to Postfix a reply to bytes that are no request would answer another one.
    farewell: formatReply(INVALID),
  };
}
