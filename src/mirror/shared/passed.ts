import type { Clock } from '../../clock.ts';

/** The cursors of the marks that a mirror has passed of late. Whoever goes on from one of them tells all that it lacks. */
export interface Passed {
  add(cursor: string): void;
  readonly has: (cursor: string) => boolean;
  /** One that all others have passed, too: they hear of it some moments later. Absent: it has passed none. */
  shared(): string | undefined;
  /** Forgets them; says whether there were any. */
  clear(): boolean;
}

const MOST = 1000;

/** Others have heard of a mark after this. */
const HEARD_MS = 3000;

/** Creates it; none was passed. */
export function createPassed(clock: Clock): Passed {
  /** When each was passed first, the oldest first. */
  const cursors = new Map<string, number>();
  return {
    add: (cursor) => {
      if (cursors.has(cursor)) return;
      cursors.set(cursor, clock.now());
      const [oldest] = cursors.keys();
      if (cursors.size > MOST && oldest !== undefined) cursors.delete(oldest);
    },
    has: (cursor) => cursors.has(cursor),
    shared: () => {
      const until = clock.now() - HEARD_MS;
      const all = [...cursors];
      const [cursor] = all.findLast(([, at]) => at <= until) ?? all[0] ?? [];
      return cursor;
    },
    clear: () => {
      const { size } = cursors;
      cursors.clear();
      return size > 0;
    },
  };
}
