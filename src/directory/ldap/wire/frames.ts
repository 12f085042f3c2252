/** A message may be this large: a group of 10 000 members has about 1 MiB. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** LDAPMessage ::= SEQUENCE, RFC 4511 section 4.1.1. */
const SEQUENCE = 0x30;
const MAX_LENGTH_BYTES = 4;

/** Cuts a stream of bytes into LDAP messages. */
export interface Frames {
  /** Takes what came and gives the messages that it completes. Throws a `RangeError` on what can't be LDAP. */
  push(chunk: Buffer): Iterable<Buffer>;
  /** Bytes of a message that is not complete. */
  readonly waiting: number;
}

/** Creates the frames of one connection. */
export function createFrames(): Frames {
  let kept: Buffer[] = [];
  let length = 0;
  /** Below so many bytes nothing can be complete: pieces of a large message are joined once. */
  let needed = 2;

  return {
    get waiting() {
      return length;
    },
    *push(chunk) {
      kept.push(chunk);
      length += chunk.length;
      if (length < needed) return;
      let bytes = kept.length === 1 ? chunk : Buffer.concat(kept);
      for (;;) {
        const size = sizeOf(bytes);
        if (size.known && bytes.length >= size.bytes) {
          yield bytes.subarray(0, size.bytes);
          bytes = bytes.subarray(size.bytes);
          continue;
        }
        needed = size.bytes;
        break;
      }
      kept = bytes.length > 0 ? [bytes] : [];
      length = bytes.length;
    },
  };
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
  if (content > MAX_MESSAGE_BYTES) {
    throw new RangeError(`a message of ${content} bytes, more than ${MAX_MESSAGE_BYTES}`);
  }
  return { known: true, bytes: head + content };
}
