import type { Duplex } from 'node:stream';

/** Replies of one read are written when there are so many characters: no client makes us hold more. */
const FLUSH_AT = 4096;

/** What goes to a peer, in few writes. */
export class Outbox {
  readonly #stream: Duplex;
  /** Not yet handed to the stream. */
  #text = '';
  #isBackedUp = false;
  /** When a sweep first saw bytes of ours unwritten. */
  #unwrittenSince: number | undefined = undefined;

  /** `onDrain` is called when a peer reads on that had not read what was written. */
  constructor(stream: Duplex, onDrain: () => void) {
    this.#stream = stream;
    stream.on('drain', () => {
      this.#isBackedUp = false;
      onDrain();
    });
  }

  /** The peer does not read what we write. */
  get isBackedUp(): boolean {
    return this.#isBackedUp;
  }

  add(frame: string): void {
    this.#text += frame;
    if (this.#text.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    if (this.#unwrittenSince !== undefined && this.#stream.writableLength === 0)
      this.#unwrittenSince = undefined;
    // False alone does not tell: it also comes when the system took all of it at once.
    if (!this.#stream.write(text) && this.#stream.writableLength > 0) this.#isBackedUp = true;
  }

  /** Since when the peer does not read, as far as calls of this have seen; absent: it has read all. */
  unreadSince(now: number): number | undefined {
    if (this.#stream.writableLength === 0) this.#unwrittenSince = undefined;
    else this.#unwrittenSince ??= now;
    return this.#unwrittenSince;
  }
}
