import type { Change } from '../../directory/directory.ts';
import type { HeardLine, Together } from './told.ts';
import type { Place } from './watching.ts';

/** One transaction of whoever tells. */
export interface ToldBatch {
  readonly changes: readonly Change[];
  /** Its last line. */
  readonly n: number;
  readonly id: string;
  /** Of that line; absent: it can't be told. */
  readonly ageMs: number | undefined;
}

/** What was read on. */
export interface ReadOn {
  readonly batches: readonly ToldBatch[];
  /** Whether there is no more now. */
  readonly isLast: boolean;
  /** Nobody could say whether there is. */
  readonly isSilent?: true;
  /** The session is not read on: what followed line `n` was dropped, or somebody else tells from this line on. */
  readonly ended?: Dropped | HeardLine;
}

export interface Dropped {
  readonly droppedAfter: number;
}

/** Reads one session. */
export interface Reading {
  read(): Promise<ReadOn>;
  /** Looks for more from the beginning of the stream: it may be another one. */
  readonly anew: () => void;
  /** How many of its lines were read whose age can be told; and who tells. */
  readonly heard: () => number;
  readonly by: () => string | undefined;
}

/**
 * Reads on behind `start`; each line once, and in order.
 * @param seen sessions whose beginning was read before: laid down again, or read again, they begin nothing
 */
export function createReading(together: Together, seen: Set<string>, start: Place): Reading {
  const { session } = start;
  let { n } = start;
  let after: string | undefined = start.id;
  let pending: Change[] = [];
  let heard = 0;
  let by: string | undefined;

  /** Whether it is the next one of the session; or why that ends here. */
  const judge = (line: HeardLine): 'next' | 'other' | Required<ReadOn>['ended'] => {
    if (line.session !== session) {
      if (line.n !== 0 || seen.has(line.session)) return 'other';
      seen.add(line.session);
      return line;
    }
    if (line.n <= n) return 'other';
    return line.n === n + 1 ? 'next' : { droppedAfter: n };
  };

  /** Gives the batch that the line ends. */
  const take = (line: HeardLine): readonly ToldBatch[] => {
    const { changes, more, id, ageMs } = line;
    n = line.n;
    by = line.by;
    if (ageMs !== undefined) heard += 1;
    if (changes.length === 0) return [];
    pending.push(...changes);
    if (more === true) return [];
    const whole = pending;
    pending = [];
    return [{ changes: whole, n, id, ageMs }];
  };

  return {
    read: async () => {
      const page = await together.read(after);
      if (page === undefined) return { batches: [], isLast: true, isSilent: true };
      after = page.end;
      const batches: ToldBatch[] = [];
      for (const line of page.lines) {
        const judged = judge(line);
        if (judged === 'next') batches.push(...take(line));
        else if (judged !== 'other') return { batches, isLast: true, ended: judged };
      }
      return { batches, isLast: page.isLast };
    },
    anew: () => {
      after = undefined;
    },
    heard: () => heard,
    by: () => by,
  };
}
