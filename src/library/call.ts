import type { Clock } from '../clock.ts';
import type { Answer } from '../maps/answer.ts';
import type { Arrival } from '../net/protocol.ts';
import { temp } from '../socketmap/protocol.ts';
import type { HandlerContext } from './handlers.ts';

/** What goes out where a handler is late; told apart by identity. */
export const LATE: Answer = temp('idpmap deadline');

/** One request that a handler answers. Its signal costs nothing until it is read. */
export class Call implements HandlerContext {
  readonly map: string;
  readonly arrivedAt: number;
  readonly deadline: number;
  readonly #presence: Arrival['presence'];
  #controller: AbortController | undefined = undefined;
  #forget = (): void => {};
  #isOver = false;
  /** Why nobody waits any more, for a signal that is read later. */
  #ended: DOMException | undefined = undefined;

  constructor(map: string, { arrivedAt, deadline, presence }: Arrival) {
    this.map = map;
    this.arrivedAt = arrivedAt;
    this.deadline = deadline;
    this.#presence = presence;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const { signal } = (this.#controller = new AbortController());
    const leave = (): void => this.#abort(new DOMException('the client left', 'AbortError'));
    if (this.#ended !== undefined) this.#abort(this.#ended);
    else if (this.#presence?.isOver === true) leave();
    else if (!this.#isOver) this.#forget = this.#presence?.onLeave(leave) ?? this.#forget;
    return signal;
  }

  #abort(reason: DOMException): void {
    this.#ended = reason;
    this.#controller?.abort(reason);
  }

  /** It is answered: the signal fires no more. */
  settle(): void {
    this.#isOver = true;
    this.#forget();
  }

  /** Brings the answer, or at the deadline `LATE`: then the signal fires, and what comes later is dropped. */
  within(answer: Promise<Answer>, clock: Clock): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const overdue = (): void => {
        this.settle();
        resolve(LATE);
        this.#abort(new DOMException('the deadline has passed', 'TimeoutError'));
      };
      const timer = setTimeout(overdue, Math.max(0, this.deadline - clock.now()));
      const end = (): void => {
        clearTimeout(timer);
        this.settle();
      };
      answer.then(
        (brought) => {
          end();
          resolve(brought);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }
}
