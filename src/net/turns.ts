/** A connection that has more to answer than it may at once. */
export interface Waiting {
  /** Answers so many requests at most, and gives how many; for more it waits again. */
  proceed(requests: number): number;
}

/** Shares the event loop out among connections that sent many requests at once. */
export interface Turns {
  /** Lets it proceed in one of the next turns of the event loop. */
  later(connection: Waiting): void;
}

/**
 * Requests of a connection that are answered in one go. Postfix sends one and waits; others wait for each other, so that who
 * sends thousands keeps nobody from being accepted and answered: the event loop accepts one connection a turn. Whoever sends sixteen
 * gets them in one write, which is most of what they cost.
 */
export const SHARE = 16;

/** Requests that all who wait are answered in one turn: about a millisecond, where memory answers … */
const TURN = 128;

/** … and so long in any case, for a directory that answers at once is asked in it, too. */
const TURN_MS = 1;

/** Creates it. Whoever waits longest is next. */
export function createTurns(): Turns {
  const queue = new Set<Waiting>();
  let isAwaited = false;
  const turn = (): void => {
    isAwaited = false;
    let left = TURN;
    const begunAt = performance.now();
    for (const connection of queue) {
      if (left <= 0 || performance.now() - begunAt >= TURN_MS) break;
      queue.delete(connection);
      // Who waits again stands behind the others, and is met in this turn if there is room.
      left -= Math.max(1, connection.proceed(SHARE));
    }
    if (queue.size > 0) wait();
  };
  const wait = (): void => {
    if (isAwaited) return;
    isAwaited = true;
    setImmediate(turn);
  };
  return {
    later: (connection) => {
      queue.add(connection);
      wait();
    },
  };
}
