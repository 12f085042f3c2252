/** Lets a feed go on a step at a time, as whoever holds it says. */
export class Stepped {
  #go = Promise.withResolvers<void>();
  #waiting = Promise.withResolvers<void>();

  /** Lets the feed go on, until it waits again. `prepare` says before what it will do. */
  async step(prepare: () => void): Promise<void> {
    await this.#waiting.promise;
    prepare();
    this.#waiting = Promise.withResolvers<void>();
    this.#go.resolve();
    await this.#waiting.promise;
  }

  /** The feed's process ended: the next one begins anew. */
  restart(): void {
    this.#waiting = Promise.withResolvers<void>();
    this.#go = Promise.withResolvers<void>();
  }

  /** Gives what the feed waits by until it may go on; it rejects where `signal` aborts. */
  waiter(signal: AbortSignal): () => Promise<void> {
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    signal.addEventListener('abort', () => ended.reject(new Error('ended')));
    return async () => {
      this.#waiting.resolve();
      await Promise.race([this.#go.promise, ended.promise]);
      this.#go = Promise.withResolvers<void>();
    };
  }
}
