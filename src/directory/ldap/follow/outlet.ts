import { type Change, Fault, type Listed } from '../../directory.ts';

/** Takes what a feed tells, while the one whom it is told may be slow. */
export interface Outlet {
  readonly tell: (change: Change) => void;
  /** Resolves when all that was told has been taken. */
  readonly drained: () => Promise<void>;
  /** Whose reading is stopped while too much waits, in the place of another. */
  readonly throttle: (source: Throttled) => void;
  /** Whether it is stopped. */
  readonly isPaused: () => boolean;
}

/** A connection that is read. */
export interface Throttled {
  pause(): void;
  resume(): void;
}

/** More entries than this that wait, and reading stops: with 5 000, the event loop was held up for 64 ms. */
const MOST_WAITING = 200;
/** One batch, which is one transaction, holds about so many. */
const BATCH = 500;

/**
 * Runs a feed and gives in batches what it tells.
 * @param feed goes on until it throws, or `signal` aborts
 * @throws what the feed threw, once all that it had told is taken; at once where `signal` aborts
 */
export async function* runFeed(
  feed: (outlet: Outlet, signal: AbortSignal) => Promise<never>,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[], never> {
  const own = new AbortController();
  const queue = createQueue();
  const stop = (): void => {
    own.abort();
    queue.end(new Fault('shutdown', 'it is no longer followed'));
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  feed(queue, own.signal).catch((error: unknown) => queue.end(error));
  try {
    for (;;) {
      const batch = signal.aborted ? [] : queue.take();
      if (batch.length > 0) yield batch;
      else await queue.news();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    own.abort();
  }
}

interface Queue extends Outlet {
  /** What waits, or a part of it. */
  take(): readonly Change[];
  /** Resolves when something waits; throws what the feed ended with where nothing does. */
  news(): Promise<void>;
  end(error: unknown): void;
}

function createQueue(): Queue {
  let waiting: Change[] = [];
  /** The list of the last change, to which puts are added. */
  let puts: (readonly [string, Listed])[] | undefined;
  let weight = 0;
  let source: Throttled | undefined;
  let isPaused = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let emptied = Promise.withResolvers<void>();

  function add(change: Change): void {
    if (change.kind === 'put' && puts !== undefined && puts.length < BATCH) {
      puts.push(...change.entries);
    } else if (change.kind === 'put') {
      puts = [...change.entries];
      waiting.push({ kind: 'put', entries: puts });
    } else {
      puts = undefined;
      waiting.push(change);
    }
  }

  function settle(): void {
    const isFull = weight > MOST_WAITING;
    if (isFull && !isPaused) source?.pause();
    if (!isFull && isPaused) source?.resume();
    isPaused = isFull;
  }

  return {
    tell(change) {
      if (failure !== undefined) return;
      for (const part of partsOf(change)) add(part);
      weight += weightOf(change);
      settle();
      wake.resolve();
    },
    drained: () => (weight === 0 ? Promise.resolve() : emptied.promise),
    throttle(other) {
      source = other;
      if (isPaused) other.pause();
    },
    isPaused: () => isPaused,
    take() {
      let taken = 0;
      let count = 0;
      for (const change of waiting) {
        if (count > 0 && taken + weightOf(change) > BATCH) break;
        taken += weightOf(change);
        count += 1;
      }
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      if (waiting.length === 0) puts = undefined;
      weight -= taken;
      settle();
      if (weight === 0) {
        emptied.resolve();
        emptied = Promise.withResolvers();
      }
      return batch;
    },
    async news() {
      if (failure !== undefined) throw failure.error;
      await wake.promise;
      wake = Promise.withResolvers();
    },
    end(error) {
      failure ??= { error };
      wake.resolve();
      emptied.resolve();
    },
  };
}

function weightOf(change: Change): number {
  switch (change.kind) {
    case 'put':
      return change.entries.length;
    case 'gone':
    case 'still':
      return change.refs.length;
    case 'listing':
    case 'listed':
    case 'mark':
      return 1;
  }
}

/** A server may name thousands at once. */
function partsOf(change: Change): readonly Change[] {
  if ((change.kind !== 'gone' && change.kind !== 'still') || change.refs.length <= BATCH)
    return [change];
  const { kind, refs } = change;
  return Array.from({ length: Math.ceil(refs.length / BATCH) }, (_, i) => ({
    kind,
    refs: refs.slice(i * BATCH, (i + 1) * BATCH),
  }));
}
