import type { Clock } from '../clock.ts';

/** How much later than a request's deadline its reply is given up here: the maps know better what to say. */
export const GRACE_MS = 50;

interface Slot {
  reply: string | undefined;
  /** On the clock; infinite for a reply that is there already. */
  readonly deadline: number;
  /** Until when it has the grace, which begins once its deadline was seen to be over; absent: not yet. */
  graceUntil?: number;
}

/** How many requests wait for their replies, or replies for their peer, over all connections of a server. */
export interface Backlog {
  waiting: number;
}

/** What a queue of replies needs to know of its connection. */
export interface ReplyQueueOptions {
  readonly clock: Clock;
  readonly backlog: Backlog;
  /** Called once for all replies that came in one turn, when the first one in order is among them. */
  readonly onReady: () => void;
  /** Makes the reply of a request whose time is up. */
  readonly giveUp: () => string;
}

/** Holds the replies of one connection in the order of their requests, from the first one that is not there yet. */
export class ReplyQueue {
  readonly #options: ReplyQueueOptions;
  #slots: Slot[] = [];
  #timer: NodeJS.Timeout | undefined = undefined;
  #isAnnounced = false;

  constructor(options: ReplyQueueOptions) {
    this.#options = options;
  }

  /** Requests whose replies wait here. */
  get waiting(): number {
    return this.#slots.length;
  }

  /** Puts a reply behind those that wait. */
  add(reply: string): void {
    this.#push({ reply, deadline: Number.POSITIVE_INFINITY });
  }

  /** Keeps a place for a reply that never rejects. What comes later than `deadline` and the grace is dropped. */
  wait(reply: Promise<string>, deadline: number): void {
    const slot: Slot = { reply: undefined, deadline };
    this.#push(slot);
    this.#watch();
    void reply.then((text) => this.#settle(slot, text));
  }

  /** Takes the replies that may go out now, joined. */
  take(): string {
    let text = '';
    let ready = 0;
    for (const { reply } of this.#slots) {
      if (reply === undefined) break;
      text += reply;
      ready++;
    }
    this.#slots.splice(0, ready);
    this.#options.backlog.waiting -= ready;
    return text;
  }

  /** Forgets all: the connection is gone. */
  clear(): void {
    this.#options.backlog.waiting -= this.#slots.length;
    this.#slots = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #push(slot: Slot): void {
    this.#options.backlog.waiting++;
    this.#slots.push(slot);
  }

  #settle(slot: Slot, reply: string): void {
    if (slot.reply !== undefined) return;
    slot.reply = reply;
    if (slot !== this.#slots[0] || this.#isAnnounced) return;
    this.#isAnnounced = true;
    // After all promises that settle in this turn, so that their replies go out in one write.
    process.nextTick(() => {
      this.#isAnnounced = false;
      this.#options.onReady();
    });
  }

  /**
   * One timer for all who wait, set to the earliest one's time. It goes on where nobody waits any more: the next one comes soon, and to
   * clear it and set it again costs more than a wake for nothing.
   */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const first = this.#slots.reduce(earlier, Number.POSITIVE_INFINITY);
    if (first === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#giveUpOverdue();
        this.#watch();
      },
      Math.max(1, first - this.#options.clock.now()),
    );
  }

  /**
   * Gives up whoever has had the grace, and begins it for whoever is late only now: where the event loop stood still for longer than both,
   * this may run before the maps have heard of the deadline, and memory answers then.
   */
  #giveUpOverdue(): void {
    const now = this.#options.clock.now();
    for (const slot of this.#slots) {
      if (slot.reply !== undefined || slot.deadline > now) continue;
      if (slot.graceUntil === undefined) slot.graceUntil = now + GRACE_MS;
      else if (slot.graceUntil <= now) this.#settle(slot, this.#options.giveUp());
    }
  }
}

const earlier = (first: number, { reply, deadline, graceUntil }: Slot): number =>
  reply === undefined ? Math.min(first, graceUntil ?? deadline) : first;
