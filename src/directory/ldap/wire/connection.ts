import type { Socket } from 'node:net';
import { AbandonRequest, type Control, type Message, UnbindRequest } from 'ldapts';
import { reasonOf } from '../../../reason.ts';
import { Fault } from '../../directory.ts';
import type { SearchRequest } from '../search.ts';
import { createFrames } from './frames.ts';
import {
  answerTo,
  createDeliveries,
  type Deliveries,
  type Hear,
  type Operation,
  type Reply,
} from './operations.ts';
import { PACE, type Pace } from './pace.ts';
import { type Reading, readMessages } from './readmessages.ts';
import { ROOT, searchMessage } from './searchmessage.ts';
import { createTurns, type Turns } from './turns.ts';

/** The connection went away with questions under way; another one may be asked. */
export class Lost extends Fault {
  constructor(reason: string, options?: ErrorOptions) {
    super('directory', reason, options);
    this.name = 'Lost';
  }
}

/** RFC 4511: ids are positive and below 2^31. */
const MAX_ID = 2 ** 31 - 1;
/**
 * So many questions in a row without an answer, and the connection is stuck. slapd works at a part of a connection's
 * operations only and queues the rest, an Abandon too, so two slow searches hold up everything behind them.
 */
const MAX_EXPIRIES = 2;

/**
 * One connection to a server, over which many questions are under way at a time. Dead for ever once it is closed: ldapts'
 * own client would connect anew on its own, *anonymous*, and 389-DS answers that with success and no entries.
 */
export class Connection {
  /** The server's URL, for messages. */
  readonly server: string;
  /** Resolves when it is dead, or stuck. */
  readonly spent: Promise<void>;
  readonly #spend = Promise.withResolvers<void>();
  readonly #operations = new Map<number, Operation>();
  readonly #deliveries: Deliveries;
  readonly #pace: Pace;
  #turns: Turns;
  #socket: Socket;
  #reading: Reading;
  #lastId = 0;
  #death: Lost | undefined;
  /** How many questions in a row ran out of time, none having been answered in between, whatever else came. */
  #expiries = 0;
  /** How many were answered when the last one ran out of time. */
  #answered = 0;
  /** The last question's. */
  #expired: AbortSignal | undefined;
  #isStuck = false;

  constructor(socket: Socket, server: string, pace: Pace = PACE) {
    this.server = server;
    this.#deliveries = createDeliveries(server, this.#operations, (id) => this.#abandon(id));
    this.#pace = pace;
    this.#turns = createTurns(pace.width);
    this.spent = this.#spend.promise;
    this.#socket = socket;
    this.#reading = this.#attach();
  }

  /** Why it is dead; absent while it lives. */
  get death(): Lost | undefined {
    return this.#death;
  }

  /** How many questions it has answered. */
  get answers(): number {
    return this.#deliveries.answers();
  }

  /** Questions under way. */
  get load(): number {
    return this.#operations.size;
  }

  /** Whether questions are left unanswered on it, be it the server's queue or the way: it is to be replaced. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Lets no more than so many questions be under way at a time from now on, where none are. */
  narrow(width: number): void {
    this.#turns = createTurns(Math.min(width, this.#pace.width));
  }

  /** Sends a request and waits for its result. When `signal` aborts, the server is told to abandon it. */
  request(
    create: (messageId: number) => Message,
    signal: AbortSignal,
    way: 'in turn' | 'at once' | Hear = 'in turn',
  ): Promise<Reply> {
    const turns = way === 'in turn' ? this.#turns : createTurns(1);
    return new Promise((resolve, reject) => {
      if (this.#death !== undefined) return reject(this.#death);
      if (signal.aborted) return reject(expired(this.server));
      const id = this.#nextId();
      const message = create(id);
      const bytes = message.write();
      const expire = (): void => this.#expire(id, way === 'in turn' ? signal : this.#expired);
      const settle = <V>(end: (value: V) => void) => {
        return (value: V): void => {
          signal.removeEventListener('abort', expire);
          this.#operations.delete(id);
          end(value);
          if (!withdraw()) turns.leave();
        };
      };
      this.#operations.set(id, {
        answer: answerTo(message),
        entries: [],
        references: [],
        bytes: 0,
        ...(typeof way === 'function' && { hear: way }),
        resolve: settle(resolve),
        reject: settle(reject),
      });
      signal.addEventListener('abort', expire);
      const withdraw = turns.enter(() => this.#socket.write(bytes));
    });
  }

  /** Searches; an answer of any code is a reply. */
  search(
    request: SearchRequest,
    signal: AbortSignal,
    controls: readonly Control[] = [],
  ): Promise<Reply> {
    const { timeLimitS } = this.#pace;
    const create = (id: number): Message => searchMessage(id, request, timeLimitS, controls);
    return this.request(create, signal);
  }

  /**
   * Searches for as long as the server goes on, past the turns of others, whom it must not keep waiting. What comes is heard
   * as it comes.
   */
  listen(
    request: SearchRequest,
    controls: readonly Control[],
    hear: Hear,
    signal: AbortSignal,
  ): Promise<Reply> {
    return this.request((id) => searchMessage(id, request, 0, controls), signal, hear);
  }

  /** Reads no further: whoever hears has enough to do. Answers wait too. */
  pause(): void {
    this.#reading.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#reading.resume();
  }

  /** Asks whether the server is there, past all that waits for its turn: the least of questions. It proves nothing. */
  async knock(signal: AbortSignal): Promise<void> {
    const create = (id: number): Message => searchMessage(id, ROOT, this.#pace.timeLimitS, []);
    await this.request(create, signal, 'at once');
  }

  /**
   * Goes on over another socket, which wraps the old one (StartTLS).
   * @throws {Lost} where the server has sent more than its consent: that came unprotected
   */
  async upgrade(wrap: (socket: Socket) => Promise<Socket>): Promise<void> {
    if (this.#reading.waiting > 0 || this.#deliveries.hadStrays()) {
      throw this.kill('the server sent something between its consent to StartTLS and TLS');
    }
    this.#reading.stop();
    this.#socket = await wrap(this.#socket);
    this.#reading = this.#attach();
  }

  /** Ends it at once; questions under way fail as lost. Gives the reason as an error. */
  kill(reason: string, cause?: unknown): Lost {
    this.#death ??= new Lost(`${this.server}: ${reason}`, { cause });
    this.#reading.stop();
    this.#socket.destroy();
    for (const { reject } of this.#operations.values()) reject(this.#death);
    this.#spend.resolve();
    return this.#death;
  }

  /** Says goodbye and ends it. */
  close(): void {
    if (this.#death !== undefined) return;
    this.#socket.write(new UnbindRequest({ messageId: this.#nextId() }).write());
    this.kill('closed by idpmap');
  }

  #attach(): Reading {
    const socket = this.#socket;
    const reading = readMessages(socket, {
      frames: createFrames((head, bytes) => this.#deliveries.passOver(head, bytes)),
      take: (message) => this.#deliveries.take(message),
      failed: (error) => this.kill(reasonOf(error), error),
    });
    const end = (reason: string, cause?: unknown): void => {
      // What came before counts.
      reading.finish();
      this.kill(reason, cause);
    };
    socket.on('error', (error) => end(error.message, error));
    socket.on('close', () => end('the connection was closed'));
    return reading;
  }

  /** Ends a question that ran out of time. */
  #expire(id: number, signal: AbortSignal | undefined): void {
    const operation = this.#operations.get(id);
    if (operation === undefined) return;
    operation.reject(expired(this.server));
    this.#abandon(id);
    // Whatever else came in between, entries without end for one, is no answer.
    if (this.answers > this.#answered) this.#expiries = 0;
    this.#answered = this.answers;
    // The searches of one question end together, and a knock with its question.
    if (signal !== this.#expired) this.#expiries += 1;
    this.#expired = signal;
    if (this.#expiries < MAX_EXPIRIES) return;
    this.#isStuck = true;
    this.#spend.resolve();
  }

  /** An Abandon has no answer; its own id is never waited for. */
  #abandon(id: number): void {
    const abandon = new AbandonRequest({ messageId: this.#nextId(), abandonId: id });
    this.#socket.write(abandon.write());
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % MAX_ID) + 1;
    return this.#lastId;
  }
}

const expired = (server: string): Fault => new Fault('timeout', `${server} did not answer in time`);
