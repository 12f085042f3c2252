import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Breach, NetEvent, TrafficCounters } from './figures.ts';
import { type Limits, MAX_UNANSWERED, MAX_UNANSWERED_OF_ALL } from './limits.ts';
import { Outbox } from './outbox.ts';
import type { Peer } from './peers.ts';
import { Presence } from './presence.ts';
import type { Arrival, Decoder, Dialect, Protocol } from './protocol.ts';
import { type Backlog, ReplyQueue } from './replies.ts';
import { SHARE, type Turns } from './turns.ts';

/** What all connections of one server share. */
export interface ConnectionOptions<Fault extends string> {
  readonly clock: Clock;
  /** How long a request that begins now may take; never longer than whoever asks waits. */
  readonly deadlineMs: () => number;
  readonly limits: Limits;
  readonly log: Log;
  readonly counters: TrafficCounters<Fault>;
  readonly turns: Turns;
  readonly backlog: Backlog;
  /** Hears of what is counted as it happens; it never throws. Absent: nobody does. */
  readonly hear?: (event: NetEvent<Fault>) => void;
}

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
export class Connection<Fault extends string> {
  readonly #stream: Duplex;
  readonly #peer: Peer;
  readonly #protocol: Protocol<Fault>;
  readonly #options: ConnectionOptions<Fault>;
  readonly #replies: ReplyQueue;
  readonly #out: Outbox;
  readonly #presence = new Presence();
  #phase: Phase = 'open';
  #dialect: Dialect<Fault> | undefined = undefined;
  #isPaused = false;
  /** It waits for its turn to answer more. */
  #isQueued = false;
  /** When the request that is being read began; at first, when the connection did. */
  #begunAt: number | undefined;
  #activeAt: number;

  /** Serves `stream`, which it ends and destroys, but does not read. */
  constructor(
    stream: Duplex,
    peer: Peer,
    protocol: Protocol<Fault>,
    options: ConnectionOptions<Fault>,
  ) {
    this.#stream = stream;
    this.#peer = peer;
    this.#protocol = protocol;
    this.#options = options;
    this.#begunAt = this.#activeAt = options.clock.now();
    this.#replies = new ReplyQueue({
      clock: options.clock,
      backlog: options.backlog,
      onReady: () => this.#continue(),
      giveUp: () => this.#giveUp(),
    });
    this.#out = new Outbox(stream, () => this.#continue());
    stream.once('close', () => this.#leave());
  }

  /** Takes what was read, up to `end`; the bytes are the caller's again when it returns. */
  receive(chunk: Buffer, end = chunk.length): void {
    if (this.#phase !== 'open') return;
    this.#dialect ??= this.#protocol.open(chunk[0] ?? 0, this.#peer);
    this.#dialect.decoder.feed(chunk, end);
    this.#advance(this.#dialect, SHARE);
  }

  /** Takes note that the peer sends no more. It still gets its replies. */
  receiveEnd(): void {
    if (this.#phase !== 'open') return;
    const { decoder, ending } = this.#dialect ?? {};
    if (decoder?.isBegun === true && ending !== undefined) this.receive(ending);
    if (decoder?.isBegun === true) this.#count('truncated');
    // Who types into `nc` ends first and waits. Any other client that ends has given up, and would be answered all the same.
    if (ending === undefined) this.#presence.leave();
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
    if (isOver(this.#out.unreadSince(now), limits.replyTimeoutMs, now)) this.#drop('reply-timeout');
    else if (this.#phase !== 'open' || this.#replies.waiting > 0) return;
    else if (isOver(this.#begunAt, limits.requestTimeoutMs, now)) this.#drop('request-timeout');
    else if (isOver(this.#activeAt, limits.idleTimeoutMs, now)) this.#drop('idle');
  }

  /** Answers more of what has been read; `Turns` calls it. */
  proceed(requests: number): number {
    this.#isQueued = false;
    if (this.#phase === 'over' || this.#dialect === undefined) return 0;
    const { counters } = this.#options;
    const before = counters.requests;
    this.#advance(this.#dialect, requests);
    return counters.requests - before;
  }

  /** Answers what can be answered of the bytes that are there, `share` requests at most, and the others in its turn. */
  #advance(dialect: Dialect<Fault>, share: number): void {
    const { decoder } = dialect;
    const now = this.#options.clock.now();
    const arrival: Arrival = {
      arrivedAt: now,
      deadline: now + this.#options.deadlineMs(),
      presence: this.#presence,
    };
    this.#activeAt = now;
    const left = this.#answer(dialect, arrival, share);
    if (left === 0 && !this.#isBlocked() && decoder.isDry !== true) {
      this.#isQueued = true;
      this.#options.turns.later(this);
    }
    if (decoder.fault !== undefined) this.#refuse(decoder.fault, dialect);
    this.#out.flush();
    this.#pace(decoder, now);
  }

  /** Answers until it is blocked, or `share` is used up; gives what is left of it. */
  #answer(dialect: Dialect<Fault>, arrival: Arrival, share: number): number {
    const { decoder } = dialect;
    const { recall } = this.#protocol;
    let left = share;
    while (left > 0 && !this.#isBlocked() && decoder.isDry !== true) {
      const frame = recall && decoder.pass?.(recall, arrival);
      if (frame === undefined) {
        const request = decoder.next();
        if (request === undefined) break;
        this.#take(request, dialect, arrival);
      } else {
        this.#note();
        this.#send(frame);
      }
      left--;
    }
    return left;
  }

  // Methods, for V8 compiles no private getter: each read of one is a call into its runtime, and there are four a request.

  #isBlocked(): boolean {
    return this.#out.isBackedUp || this.#replies.waiting >= this.#room() || this.#isClosing();
  }

  /** How many requests may wait for their replies; one always may, and its reply lets others follow. */
  #room(): number {
    return this.#options.backlog.waiting < MAX_UNANSWERED_OF_ALL ? MAX_UNANSWERED : 1;
  }

  #isClosing(): boolean {
    return this.#phase === 'closing' || this.#phase === 'over';
  }

  #take(request: string, dialect: Dialect<Fault>, arrival: Arrival): void {
    this.#note();
    const { cut } = dialect.decoder;
    const frame =
      cut === undefined
        ? this.#protocol.respond(request, arrival, dialect.encode)
        : this.#respondCut(request, cut, dialect);
    if (frame === undefined) this.#answerUnreadable(dialect);
    else if (typeof frame === 'string') this.#send(frame);
    else this.#replies.wait(frame, arrival.deadline);
  }

  /** A request has come whole. */
  #note(): void {
    this.#options.counters.requests++;
    this.#begunAt = undefined;
  }

  #respondCut(beginning: string, fault: Fault, { encode }: Dialect<Fault>): string | undefined {
    this.#count(fault);
    const reply = this.#protocol.respondCut?.(beginning);
    return reply === undefined ? undefined : encode(reply);
  }

  #answerUnreadable(dialect: Dialect<Fault>): void {
    const { invalid } = this.#protocol;
    this.#count('unreadable');
    if (dialect.farewell !== undefined || invalid === undefined) this.#part(dialect);
    else this.#send(dialect.encode(invalid));
  }

  /** Reads nothing further; the requests before still get their replies. */
  #part(dialect: Dialect<Fault>): void {
    if (dialect.farewell !== undefined) this.#send(dialect.encode(dialect.farewell));
    this.#phase = 'closing';
  }

  #send(frame: string): void {
    if (this.#replies.waiting > 0) this.#replies.add(frame);
    else this.#out.add(frame);
  }

  #giveUp(): string {
    this.#options.counters.overdue++;
    const { giveUp } = this.#protocol;
    return this.#dialect?.encode(giveUp) ?? giveUp;
  }

  #refuse(fault: Fault, dialect: Dialect<Fault>): void {
    if (this.#isClosing()) return;
    this.#count(fault);
    this.#part(dialect);
  }

  /** Reads on, or not. */
  #pace(decoder: Decoder<Fault>, now: number): void {
    if (this.#isBlocked() || this.#isQueued) {
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
    this.#out.add(this.#replies.take());
    this.#out.flush();
    if (this.#isQueued) return;
    if (this.#isPaused && this.#dialect !== undefined) this.#advance(this.#dialect, SHARE);
    else this.#leaveWhenDone();
  }

  #leaveWhenDone(): void {
    const isRead = this.#isClosing() || !(this.#out.isBackedUp || this.#isQueued);
    const isDone = this.#replies.waiting === 0 && isRead;
    if (this.#phase === 'open' || this.#phase === 'over' || !isDone) return;
    this.#phase = 'over';
    // Not destroyed at once: what was written last still has to leave.
    this.#stream.end(() => this.#stream.destroy());
  }

  #drop(violation: Breach): void {
    this.#count(violation);
    this.#stream.destroy();
    this.#leave();
  }

  #leave(): void {
    this.#phase = 'over';
    this.#replies.clear();
    this.#presence.leave();
  }

  #count(violation: Breach | Fault): void {
    const { counters, log, hear } = this.#options;
    counters.violations[violation]++;
    hear?.({ event: 'violation', violation });
    if (log.isLevelEnabled('debug'))
      log.debug({ peer: this.#peer.name, violation }, 'a client broke the protocol');
  }
}

const isOver = (since: number | undefined, limitMs: number | undefined, now: number): boolean =>
  since !== undefined && limitMs !== undefined && now - since >= limitMs;
