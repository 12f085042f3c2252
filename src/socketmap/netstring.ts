import type { Arrival, Decoder, Recall } from '../net/protocol.ts';

/** Why bytes can't be read: they are no netstring, or announce more than the reader takes. */
export type FrameFault = 'netstring' | 'oversize';

/** Writes `payload` as a netstring; the length counts bytes of UTF-8. */
export const encodeNetstring = (payload: string): string =>
  `${Buffer.byteLength(payload)}:${payload},`;

const ZERO = 0x30;
const COLON = 0x3a;
const COMMA = 0x2c;
const NOTHING = Buffer.alloc(0);

/** So much is taken at once for a payload, however long it says it is: who says a length has not sent it yet. */
const FIRST_BYTES = 128 * 1024;

/** So much is kept of a payload that is passed over: it holds the map's name. */
const BEGINNING_BYTES = 1024;

/**
 * Decodes netstrings of up to `maxBytes` of payload, and the beginnings of those of up to `maxPassedBytes`, whose rest is
 * passed over; absent: there are none. A length is refused digit by digit, before anything is kept, and
 * takes no leading zero but `0` itself.
 * @see {@link https://cr.yp.to/proto/netstrings.txt}
 */
export class NetstringDecoder implements Decoder<FrameFault> {
  fault: FrameFault | undefined = undefined;
  cut: FrameFault | undefined = undefined;
  readonly #maxBytes: number;
  readonly #maxPassedBytes: number;
  #chunk: Buffer = NOTHING;
  /** Whether the chunk is a copy already. */
  #isKept = false;
  #at = 0;
  #end = 0;
  /** What the digits say so far; -1 before the first one. */
  #length = -1;
  /** Payload and comma of a frame that its first chunk did not hold whole. */
  #body: Buffer | undefined = undefined;
  #filled = 0;
  /** How many bytes the body is to have. */
  #wanted = 0;
  /** Bytes behind the body that are passed over, the comma among them. */
  #beyond = 0;

  constructor(maxBytes: number, maxPassedBytes = maxBytes) {
    this.#maxBytes = maxBytes;
    this.#maxPassedBytes = maxPassedBytes;
  }

  get isBegun(): boolean {
    return this.#length !== -1;
  }

  feed(chunk: Buffer, end = chunk.length): void {
    const isRead = this.#at === this.#end;
    this.#isKept = !isRead;
    this.#chunk = isRead ? chunk : joinBytes(this.#rest(), chunk.subarray(0, end));
    this.#end = isRead ? end : this.#chunk.length;
    this.#at = 0;
  }

  next(): string | undefined {
    if (this.#body !== undefined) return this.#fill(this.#body);
    while (this.fault === undefined && this.#at < this.#end) {
      const byte = this.#chunk[this.#at] ?? 0;
      this.#at++;
      if (byte === COLON && this.#length !== -1) return this.#payload();
      this.#count(byte - ZERO);
    }
    this.#release();
    return undefined;
  }

  get isDry(): boolean {
    return this.#at === this.#end;
  }

  pass(recall: Recall, arrival: Arrival): string | undefined {
    if (this.isBegun || this.fault !== undefined) return undefined;
    const digits = countDigits(this.#chunk, this.#at);
    if (digits === 0) return undefined;
    const start = this.#at + digits + 1;
    const comma = start + readDigits(this.#chunk, this.#at, start - 1);
    const isWhole = comma < this.#end && this.#chunk[comma] === COMMA;
    if (!isWhole || this.#chunk[start - 1] !== COLON) return undefined;
    const reply = recall(this.#chunk, start, comma, arrival);
    if (reply === undefined) return undefined;
    this.#at = comma + 1;
    if (this.isDry) this.#release();
    return reply;
  }

  keep(): void {
    if (this.#isKept) return;
    this.#isKept = true;
    this.#chunk = joinBytes(NOTHING, this.#rest());
    this.#at = 0;
    this.#end = this.#chunk.length;
  }

  #rest(): Buffer {
    return this.#chunk.subarray(this.#at, this.#end);
  }

  #count(digit: number): void {
    if (digit < 0 || digit > 9 || this.#length === 0) this.fault = 'netstring';
    else this.#length = (this.#length === -1 ? 0 : this.#length * 10) + digit;
    if (this.#length > this.#maxPassedBytes) this.fault = 'oversize';
  }

  #payload(): string | undefined {
    const start = this.#at;
    const comma = start + this.#length;
    if (this.#length > this.#maxBytes)
      return this.#begin(Math.min(BEGINNING_BYTES, this.#maxBytes));
    if (comma >= this.#end) return this.#begin(this.#length + 1);
    this.#at = comma + 1;
    return this.#finish(this.#chunk, start, comma);
  }

  #begin(bytes: number): string | undefined {
    // Not from Buffer's pool: a few bytes would hold on to all 64 KiB of it.
    this.#body = Buffer.allocUnsafeSlow(Math.min(bytes, FIRST_BYTES));
    this.#wanted = bytes;
    this.#filled = 0;
    this.#beyond = this.#length + 1 - bytes;
    return this.#fill(this.#body);
  }

  #fill(held: Buffer): string | undefined {
    const stop = Math.min(this.#end, this.#at + this.#wanted - this.#filled);
    const filled = this.#filled + stop - this.#at;
    const body = filled <= held.length ? held : this.#grow(held, filled);
    this.#chunk.copy(body, this.#filled, this.#at, stop);
    this.#filled = filled;
    this.#at = stop;
    if (filled < this.#wanted) {
      this.#release();
      return undefined;
    }
    if (this.#beyond > 0) return this.#pass(body);
    this.#body = undefined;
    return this.#finish(body, 0, body.length - 1);
  }

  /** Makes room for `bytes`, and for more that will come. */
  #grow(held: Buffer, bytes: number): Buffer {
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#wanted, Math.max(bytes, held.length * 2)));
    held.copy(grown, 0, 0, this.#filled);
    this.#body = grown;
    return grown;
  }

  #pass(beginning: Buffer): string | undefined {
    const step = Math.min(this.#beyond, this.#end - this.#at);
    this.#at += step;
    this.#beyond -= step;
    if (this.#beyond === 0) {
      this.#body = undefined;
      this.#length = -1;
      this.cut = 'oversize';
      if (this.#chunk[this.#at - 1] === COMMA) return beginning.toString('utf8');
      this.fault = 'netstring';
    }
    this.#release();
    return undefined;
  }

  #finish(bytes: Buffer, start: number, comma: number): string | undefined {
    this.#length = -1;
    this.cut = undefined;
    if (bytes[comma] === COMMA) return bytes.toString('utf8', start, comma);
    this.fault = 'netstring';
    this.#release();
    return undefined;
  }

  #release(): void {
    this.#chunk = NOTHING;
    this.#at = this.#end = 0;
  }
}

/** Digits at `at` of a length that a request answered lately may have: up to three, and no zero in front. */
function countDigits(bytes: Buffer, at: number): number {
  if (bytes[at] === ZERO) return 0;
  let count = 0;
  while (count < 3 && isDigit(bytes[at + count])) count++;
  return count;
}

const isDigit = (byte = 0): boolean => byte >= ZERO && byte <= ZERO + 9;

function readDigits(bytes: Buffer, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) length = length * 10 + (bytes[at] ?? 0) - ZERO;
  return length;
}

/** Copies `first` and `second` into bytes of their own, outside Buffer's pool. */
export function joinBytes(first: Buffer, second: Buffer): Buffer {
  const joined = Buffer.allocUnsafeSlow(first.length + second.length);
  first.copy(joined);
  second.copy(joined, first.length);
  return joined;
}
