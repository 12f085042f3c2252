/** What is to be done at which time that is reckoned, the earliest first. */
export interface Agenda {
  /** Lets `task` be done at `time`; what is put down first is done first. */
  at(time: number, task: (now: number) => void): void;
  /** Does all that is due by then, in order, what comes up meanwhile included. */
  runTo(time: number): void;
}

interface Due {
  readonly time: number;
  readonly order: number;
  readonly task: (now: number) => void;
}

/** Creates an empty one: a heap. */
export function createAgenda(): Agenda {
  const heap: Due[] = [];
  let order = 0;
  const isBefore = (one: Due, other: Due): boolean =>
    one.time < other.time || (one.time === other.time && one.order < other.order);

  const rise = (due: Due): void => {
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(due, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  };

  const sink = (due: Due): void => {
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !isBefore(child, due)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = due;
  };

  return {
    at: (time, task) => {
      order += 1;
      rise({ time, order, task });
    },
    runTo: (time) => {
      for (let first = heap[0]; first !== undefined && first.time <= time; first = heap[0]) {
        const last = heap.pop();
        if (last !== undefined && heap.length > 0) sink(last);
        first.task(first.time);
      }
    },
  };
}
