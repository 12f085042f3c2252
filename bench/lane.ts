import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../src/net/endpoint.ts';
import type { Question } from './questions.ts';

/** Where a lane gets its questions, and who hears what came of them. */
export interface LaneOptions {
  readonly endpoint: Endpoint;
  readonly depth: number;
  readonly paceMs: number;
  /** Absent: there are no more. */
  readonly next: () => Question | undefined;
  /** `reply` is absent where it was the right one. */
  readonly answered: (waitedMs: number, reply?: string) => void;
  readonly failed: (error: Error) => void;
}

interface Asked {
  readonly question: Question;
  readonly at: number;
}

/** All lanes read into one buffer: it is done with when the callback returns. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

/** One connection of a load: it has up to `depth` requests under way, and asks anew as replies come. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #socket: Socket;
  #asked: Asked[] = [];
  /** The beginning of a reply whose end is still to come. */
  #rest = '';
  #isClosed = false;
  /** Whether a reply brings the next request. */
  #isClosedLoop = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    const { endpoint } = options;
    const onread = {
      buffer: shared,
      callback: (length: number) => {
        this.#receive(this.#rest + shared.toString('latin1', 0, length));
        return true;
      },
    };
    this.#socket =
      endpoint.kind === 'unix'
        ? connect({ path: endpoint.path, onread })
        : connect({ host: endpoint.host, port: endpoint.port, noDelay: true, onread });
    this.#socket.once('close', () => {
      if (!this.#isClosed) options.failed(new Error('the server closed a connection'));
    });
  }

  /** Waits for the connection; rejects where there is none. */
  async open(): Promise<void> {
    await once(this.#socket, 'connect');
    this.#socket.on('error', (error) => this.#options.failed(error));
  }

  /** Asks now, and anew with each reply. */
  start(): void {
    this.#ask(this.#options.depth);
    this.#isClosedLoop = true;
  }

  /** Asks once, for somebody who came at `dueAt`. */
  arrive(dueAt: number): void {
    this.#ask(1, dueAt);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #ask(count: number, at = performance.now()): void {
    let out = '';
    for (let i = 0; i < count && !this.#isClosed; i++) {
      const question = this.#options.next();
      if (question === undefined) break;
      this.#asked.push({ question, at });
      out += question.request;
    }
    if (out !== '') this.#socket.write(out, 'latin1');
  }

  #receive(text: string): void {
    const now = performance.now();
    let from = 0;
    let count = 0;
    while (from < text.length) {
      const [asked] = this.#asked;
      if (asked === undefined) return this.#options.failed(new Error('a reply nobody asked for'));
      const isRight = text.startsWith(asked.question.reply, from);
      const end = isRight ? from + asked.question.reply.length : findEnd(text, from);
      if (end === -1) break;
      this.#asked.shift();
      if (isRight) this.#options.answered(now - asked.at);
      else this.#options.answered(now - asked.at, text.slice(from, end));
      from = end;
      count++;
    }
    this.#rest = text.slice(from);
    if (count === 0 || !this.#isClosedLoop) return;
    if (this.#options.paceMs === 0) this.#ask(count);
    else setTimeout(() => this.#ask(count), this.#options.paceMs);
  }
}

/** Where the netstring at `from` ends; -1: not within `text`. */
function findEnd(text: string, from: number): number {
  const colon = text.indexOf(':', from);
  if (colon === -1) return -1;
  const end = colon + 1 + Number(text.slice(from, colon)) + 1;
  return end > text.length ? -1 : end;
}
