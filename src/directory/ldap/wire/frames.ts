/** A message may be this large: a group of 10 000 members has about 1 MiB. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A larger one is passed over, byte by byte; beyond this it is none. */
export const MAX_SKIPPED_BYTES = 1024 * 1024 * 1024;

/** LDAPMessage ::= SEQUENCE, RFC 4511 section 4.1.1. */
const SEQUENCE = 0x30;
const MAX_LENGTH_BYTES = 4;
/** Of a message that is passed over so many bytes are kept: its head, its id, and of what kind it is. */
const HEAD_BYTES = 32;

/** Cuts a stream of bytes into LDAP messages. */
export interface Frames {
  /** Takes what came and gives the messages that it completes. Throws a `RangeError` on what can't be LDAP. */
  push(chunk: Buffer): Iterable<Buffer>;
  /** Bytes of a message that is not complete. */
  readonly waiting: number;
}

/** Told of a message that is too large and is not kept. */
export type Oversized = (head: Buffer, bytes: number) => void;

/**
 * Creates the frames of one connection. Without `oversized`, a message that is too large is refused: one entry that
 * anybody may ask for must not end a connection that others wait on.
 */
export function createFrames(oversized?: Oversized): Frames {
  let kept: Buffer[] = [];
  let length = 0;
  /** Below so many bytes nothing can be complete: pieces of a large message are joined once. */
  let needed = 2;
  /** Bytes that are still to be passed over. */
  let skipping = 0;

  /** All that is kept, with `fresh`; absent: nothing can be complete yet. */
  function gather(fresh: Buffer): Buffer | undefined {
    if (fresh.length === 0) return undefined;
    kept.push(fresh);
    length += fresh.length;
    if (length < needed) return undefined;
    return kept.length === 1 ? fresh : Buffer.concat(kept);
  }

  /** What is left of `bytes` behind what is passed over. */
  function skip(bytes: Buffer): Buffer {
    if (skipping === 0) return bytes;
    const skipped = Math.min(skipping, bytes.length);
    skipping -= skipped;
    return bytes.subarray(skipped);
  }

  return {
    get waiting() {
      return length + skipping;
    },
    *push(chunk) {
      let bytes = gather(skip(chunk));
      if (bytes === undefined) return;
      for (;;) {
        const { next, size } = stepOf(bytes, oversized === undefined ? 'refused' : 'passed over');
        if (next === 'wait') {
          needed = size;
          break;
        }
        if (next === 'message') {
          yield bytes.subarray(0, size);
          bytes = bytes.subarray(size);
        } else {
          oversized?.(Buffer.from(bytes.subarray(0, HEAD_BYTES)), size);
          skipping = size;
          bytes = skip(bytes);
        }
      }
      kept = bytes.length > 0 ? [bytes] : [];
      length = bytes.length;
    },
  };
}

/** What to do with the message at the beginning, and for that many bytes. */
interface Step {
  readonly next: 'wait' | 'message' | 'pass over';
  readonly size: number;
}

function stepOf(bytes: Buffer, tooLarge: 'refused' | 'passed over'): Step {
  const size = sizeOf(bytes);
  if (!size.known) return { next: 'wait', size: size.bytes };
  const most = tooLarge === 'refused' ? MAX_MESSAGE_BYTES : MAX_SKIPPED_BYTES;
  if (size.bytes > most)
    throw new RangeError(`a message of ${size.bytes} bytes, more than ${most}`);
  const isKept = size.bytes <= MAX_MESSAGE_BYTES;
  const needed = isKept ? size.bytes : HEAD_BYTES;
  if (bytes.length < needed) return { next: 'wait', size: needed };
  return { next: isKept ? 'message' : 'pass over', size: size.bytes };
}

/** How long the message at the beginning is, or how many bytes it takes to tell. */
function sizeOf(bytes: Buffer): { readonly known: boolean; readonly bytes: number } {
  const [tag, first] = bytes;
  if (tag !== undefined && tag !== SEQUENCE) {
    throw new RangeError(`a message begins with byte ${tag}: this is no LDAP`);
  }
  if (first === undefined) return { known: false, bytes: 2 };
  if (first < 0x80) return { known: true, bytes: 2 + first };
  const lengthBytes = first & 0x7f;
  if (lengthBytes === 0 || lengthBytes > MAX_LENGTH_BYTES) {
    throw new RangeError(`a message's length has ${lengthBytes} bytes: this is no LDAP`);
  }
  const head = 2 + lengthBytes;
  if (bytes.length < head) return { known: false, bytes: head };
  const content = bytes.readUIntBE(2, lengthBytes);
  return { known: true, bytes: head + content };
}
