import type { Decoder } from '../net/protocol.ts';
import { type FrameFault, joinBytes } from './netstring.ts';

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Writes `payload` as a line. */
export const encodeLine = (payload: string): string => `${payload}\n`;

/** Decodes lines of up to `maxBytes`, ended by LF or CR LF: for people with `nc`. */
export class LineDecoder implements Decoder<FrameFault> {
  fault: FrameFault | undefined = undefined;
  readonly #maxBytes: number;
  /** The chunk, behind what was left of the one before. */
  #bytes: Buffer = NOTHING;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isBegun(): boolean {
    return this.#bytes.length > 0;
  }

  feed(chunk: Buffer, end = chunk.length): void {
    const bytes = chunk.subarray(0, end);
    this.#bytes = this.isBegun ? joinBytes(this.#bytes, bytes) : bytes;
  }

  next(): string | undefined {
    if (this.fault !== undefined) return undefined;
    const end = this.#bytes.indexOf(NEWLINE);
    if ((end === -1 ? this.#bytes.length : end) > this.#maxBytes) {
      this.fault = 'oversize';
      this.#bytes = NOTHING;
      return undefined;
    }
    if (end === -1) {
      this.keep();
      return undefined;
    }
    const line = this.#bytes.toString('utf8', 0, end);
    this.#bytes = this.#bytes.subarray(end + 1);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  keep(): void {
    this.#bytes = this.isBegun ? joinBytes(NOTHING, this.#bytes) : NOTHING;
  }
}
