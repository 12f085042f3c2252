/**
 * Whether the peer of a connection still waits for its replies. Whoever works for it may ask to be told when it leaves, so
 * that nobody works for nothing; who does not ask pays nothing.
 */
export class Presence {
  #isOver = false;
  #told: Set<() => void> | undefined = undefined;

  /** Whether it has left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls `tell` once, when it leaves; not where it has left already. What comes back takes that back. */
  onLeave(tell: () => void): () => void {
    const told = (this.#told ??= new Set());
    told.add(tell);
    return () => told.delete(tell);
  }

  /** It has left. Again: nothing. */
  leave(): void {
    this.#isOver = true;
    const told = this.#told;
    this.#told = undefined;
    for (const tell of told ?? []) tell();
  }
}
