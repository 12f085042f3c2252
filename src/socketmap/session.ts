import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Context } from '../lookup/outcome.ts';
import type { Peer } from '../net/peers.ts';
import type { Counters, Violation } from './figures.ts';
import { encodeLine, LineDecoder } from './lines.ts';
import { type Decoder, encodeNetstring, NetstringDecoder } from './netstring.ts';
import {
  formatReply,
  type Limits,
  MAX_REQUEST_BYTES,
  MAX_UNANSWERED,
  perm,
  temp,
} from './protocol.ts';
import { ReplyQueue } from './replies.ts';
import type { Respond } from './respond.ts';

/** What all sessions of one server share. */
export interface SessionOptions {
  readonly respond: Respond;
  readonly clock: Clock;
  /** How long a request that begins now may take; never longer than Postfix waits. */
  readonly deadlineMs: () => number;
  readonly limits: Limits;
  readonly log: Log;
  readonly counters: Counters;
}

/** Replies of one read are written when there are so many characters: no client makes us hold more. */
const FLUSH_AT = 4096;
const NEWLINE = Buffer.from('\n');
const INVALID = formatReply(perm('invalid request'));

/**
 * - `open`: reads.
 * - `draining`: reads no more, answers what has been read.
 * - `closing`: answers what waits, nothing further.
 * - `over`: ends, or has ended.
 */
type Phase = 'open' | 'draining' | 'closing' | 'over';

/**
 * One connection: answers each request once, in order, within its deadline, and reads no faster than its peer does.
 * Whoever creates it hands in the bytes (`receive`), the end (`receiveEnd`) and the time (`sweep`).
 */
export class Session {
  readonly #stream: Duplex;
  readonly #peer: Peer;
  readonly #options: SessionOptions;
  readonly #replies: ReplyQueue;
  #phase: Phase = 'open';
  #decoder: Decoder | undefined = undefined;
  #encode = encodeNetstring;
  /** Replies not yet handed to the stream. */
  #out = '';
  /** The peer does not read what we write. */
  #isBackedUp = false;
  #isPaused = false;
  /** When the request that is being read began; at first, when the connection did. */
  #begunAt: number | undefined;
  /** When a sweep first saw bytes of ours unwritten. */
  #unwrittenSince: number | undefined = undefined;
  #activeAt: number;

  /** Serves `stream`, which it ends and destroys, but does not read. */
  constructor(stream: Duplex, peer: Peer, options: SessionOptions) {
    this.#stream = stream;
    this.#peer = peer;
    this.#options = options;
    this.#begunAt = this.#activeAt = options.clock.now();
    this.#replies = new ReplyQueue({
      clock: options.clock,
      onReady: () => this.#continue(),
      giveUp: () => this.#giveUp(),
    });
    stream.on('drain', () => {
      this.#isBackedUp = false;
      this.#continue();
    });
    stream.once('close', () => this.#leave());
  }

  /** Takes what was read, up to `end`; the bytes are the caller's again when it returns. */
  receive(chunk: Buffer, end = chunk.length): void {
    if (this.#phase !== 'open') return;
    this.#decoder ??= this.#chooseDecoder(chunk[0]);
    this.#decoder.feed(chunk, end);
    this.#advance(this.#decoder);
  }

  /** Takes note that the peer sends no more. It still gets its replies. */
  receiveEnd(): void {
    if (this.#phase !== 'open') return;
    // People forget the last newline: printf 'user-exists ann@example.org' | nc
    if (this.#decoder instanceof LineDecoder && this.#decoder.isBegun) this.receive(NEWLINE);
    if (this.#decoder?.isBegun === true) this.#count('truncated');
    this.finish();
  }

  /** Reads no more, answers what has been read, then ends the connection. */
  finish(): void {
    if (this.#phase === 'open') this.#phase = 'draining';
    this.#leaveWhenDone();
  }

  /** Drops the connection if its peer has taken too long; to be called about once a second. */
  sweep(): void {
    const { clock, limits } = this.#options;
    const now = clock.now();
    this.#unwrittenSince = this.#stream.writableLength === 0 ? undefined : this.#unwrittenSince;
    if (this.#stream.writableLength > 0) this.#unwrittenSince ??= now;
    if (isOver(this.#unwrittenSince, limits.replyTimeoutMs, now)) this.#drop('reply-timeout');
    else if (this.#phase !== 'open' || this.#replies.waiting > 0) return;
    else if (isOver(this.#begunAt, limits.requestTimeoutMs, now)) this.#drop('request-timeout');
    else if (isOver(this.#activeAt, limits.idleTimeoutMs, now)) this.#drop('idle');
  }

  /** Lines are for people on this machine; anybody else speaks netstrings, or is refused by their decoder. */
  #chooseDecoder(first = 0): Decoder {
    const isDigit = first >= 0x30 && first <= 0x39;
    if (isDigit || !this.#peer.isLocal) return new NetstringDecoder(MAX_REQUEST_BYTES);
    this.#encode = encodeLine;
    return new LineDecoder(MAX_REQUEST_BYTES);
  }

  /** Answers what can be answered of the bytes that are there. */
  #advance(decoder: Decoder): void {
    const now = this.#options.clock.now();
    const context: Context = { arrivedAt: now, deadline: now + this.#options.deadlineMs() };
    this.#activeAt = now;
    while (!this.#isBlocked) {
      const request = decoder.next();
      if (request === undefined) break;
      this.#take(request, context);
    }
    if (decoder.fault !== undefined) this.#refuse(decoder.fault);
    this.#flush();
    this.#pace(decoder, now);
  }

  get #isBlocked(): boolean {
    return this.#isBackedUp || this.#replies.waiting >= MAX_UNANSWERED || this.#isClosing;
  }

  get #isClosing(): boolean {
    return this.#phase === 'closing' || this.#phase === 'over';
  }

  #take(request: string, context: Context): void {
    this.#options.counters.requests++;
    this.#begunAt = undefined;
    const reply = this.#options.respond(request, context);
    if (reply === undefined) this.#answerUnreadable();
    else if (typeof reply === 'string') this.#say(reply);
    else this.#replies.wait(reply.then(this.#encode), context.deadline);
  }

  #answerUnreadable(): void {
    this.#count('unreadable');
    this.#say(INVALID);
    if (this.#decoder instanceof LineDecoder) this.#phase = 'closing';
  }

  #say(reply: string): void {
    const frame = this.#encode(reply);
    if (this.#replies.waiting > 0) this.#replies.add(frame);
    else this.#out += frame;
    if (this.#out.length >= FLUSH_AT) this.#flush();
  }

  #giveUp(): string {
    this.#options.counters.overdue++;
    return this.#encode(formatReply(temp('idpmap deadline')));
  }

  /** Bytes that can't be read: the requests before them still get their replies. People get a word in parting. */
  #refuse(fault: Violation): void {
    if (this.#isClosing) return;
    this.#count(fault);
    if (this.#decoder instanceof LineDecoder) this.#say(INVALID);
    this.#phase = 'closing';
  }

  #flush(): void {
    if (this.#out === '') return;
    const out = this.#out;
    this.#out = '';
    if (this.#unwrittenSince !== undefined && this.#stream.writableLength === 0)
      this.#unwrittenSince = undefined;
    // False alone does not tell: it also comes when the system took all of it at once.
    if (!this.#stream.write(out) && this.#stream.writableLength > 0) this.#isBackedUp = true;
  }

  /** Reads on, or not. */
  #pace(decoder: Decoder, now: number): void {
    if (this.#isBlocked) {
      decoder.keep();
      if (!this.#isPaused) this.#stream.pause();
      this.#isPaused = true;
    } else {
      if (decoder.isBegun) this.#begunAt ??= now;
      if (this.#isPaused && this.#phase === 'open') this.#stream.resume();
      this.#isPaused = false;
    }
    this.#leaveWhenDone();
  }

  /** Goes on when replies have come, or the peer has read. */
  #continue(): void {
    if (this.#phase === 'over') return;
    this.#out += this.#replies.take();
    this.#flush();
    if (this.#isPaused && this.#decoder !== undefined) this.#advance(this.#decoder);
    else this.#leaveWhenDone();
  }

  #leaveWhenDone(): void {
    const isDone = this.#replies.waiting === 0 && (this.#isClosing || !this.#isBackedUp);
    if (this.#phase === 'open' || this.#phase === 'over' || !isDone) return;
    this.#phase = 'over';
    // Not destroyed at once: what was written last still has to leave.
    this.#stream.end(() => this.#stream.destroy());
  }

  #drop(violation: Violation): void {
    this.#count(violation);
    this.#stream.destroy();
    this.#leave();
  }

  #leave(): void {
    this.#phase = 'over';
    this.#replies.clear();
  }

  #count(violation: Violation): void {
    const { counters, log } = this.#options;
    counters.violations[violation]++;
    if (log.isLevelEnabled('debug'))
      log.debug({ peer: this.#peer.name, violation }, 'a client broke the protocol');
  }
}

const isOver = (since: number | undefined, limitMs: number | undefined, now: number): boolean =>
  since !== undefined && limitMs !== undefined && now - since >= limitMs;
