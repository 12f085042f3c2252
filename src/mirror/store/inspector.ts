import type { Clock } from '../../clock.ts';
import type { Order, Result, Standing } from './orders.ts';
import { isDamage } from './thread.ts';

export interface InspectorOptions {
  /** Absent: the file is not open. */
  readonly standing: () => Standing | undefined;
  readonly give: (order: Order) => Promise<Result>;
  /** The file is damaged. */
  readonly broken: (error: unknown) => void;
  readonly clock: Clock;
}

/** Rows that the writer looks at before it does what else it is told. */
const MOST = 20_000;

/** A disk may turn a bit of what was sound yesterday. */
const AGAIN_MS = 24 * 3_600_000;

/**
 * Makes what looks through a file that was opened, and again every day, in the thread that writes it: seconds for a million
 * addresses. Again, while it is at it: the same promise. It never rejects.
 */
export function createInspector({
  standing,
  give,
  broken,
  clock,
}: InspectorOptions): () => Promise<void> {
  let soundAt: number | undefined;
  let looking: Promise<void> | undefined;

  const isDue = (): boolean => {
    const now = standing();
    if (now === undefined) return false;
    // A file that is new holds only what this process wrote.
    if (now.isSound === true) soundAt ??= clock.now();
    return now.isSound !== true || clock.now() - (soundAt ?? 0) >= AGAIN_MS;
  };
  const look = async (): Promise<void> => {
    try {
      while ((await give({ do: 'inspect', most: MOST })).isInspected !== true);
      soundAt = clock.now();
    } catch (error) {
      // Whatever else keeps it from being read is told by whoever writes it.
      if (isDamage(error)) broken(error);
    }
    looking = undefined;
  };
  return async () => {
    if (looking === undefined && isDue()) looking = look();
    await looking;
  };
}
