/** Lets so many pass at a time, the others in the order in which they came. */
export interface Turns {
  /** Calls `start` as soon as there is room. What it gives takes it out of the queue, and says whether it was in there. */
  enter(start: () => void): () => boolean;
  /** Makes room: one that was let in is done. */
  leave(): void;
}

/** Creates them for `width` at a time. */
export function createTurns(width: number): Turns {
  const queue = new Set<() => void>();
  let inside = 0;
  return {
    enter(start) {
      if (inside < width) {
        inside += 1;
        start();
      } else {
        queue.add(start);
      }
      return () => queue.delete(start);
    },
    leave() {
      const [next] = queue;
      if (next === undefined) {
        inside -= 1;
        return;
      }
      queue.delete(next);
      next();
    },
  };
}
