import type { Clock } from '../../clock.ts';
import type { HeardLine, Together } from './told.ts';

/** Where somebody who has passed `cursor` goes on: behind line `n` of a session, which lies at `id`. */
export interface Place {
  readonly session: string;
  readonly n: number;
  readonly id: string;
  /** Absent: whatever is known, for all are listed from here. */
  readonly cursor?: string;
}

/** What is told at the moment. */
export interface Told {
  readonly session: string;
  readonly by: string;
  /** When a line of it was heard last, on the daemon's clock. */
  readonly heardAt: number;
  /** Its last line; absent: a listing or a batch is under way, which nobody may enter in its midst. */
  readonly end?: Place;
}

/** Looks at what is told, without taking it. */
export interface Watching {
  /** Reads on to the end; gives what is told now, absent: nothing. */
  look(): Promise<Told | undefined>;
  /**
   * Where somebody who was told up to `cursor` can go on, by what was read; absent: nowhere. `hasPassed`: whether they were
   * told up to another one before.
   */
  find(cursor: string | undefined, hasPassed: (cursor: string) => boolean): Place | undefined;
}

/** More are no place to go on from. */
const MOST_MARKS = 5000;

interface Session {
  readonly session: string;
  readonly by: string;
  n: number;
  id: string;
  heardAt: number;
  isOpen: boolean;
  /** Its beginning, as long as every line since is known. */
  first: Place | undefined;
  readonly marks: Map<string, Place>;
  /** The last one, wherever it lies. */
  cursor: string | undefined;
}

/** Creates it; nothing was read yet. `seen`: takes the sessions whose beginning is read. */
export function createWatching(together: Together, seen: Set<string>, clock: Clock): Watching {
  let after: string | undefined;
  let told: Session | undefined;
  const begun = new Set<string>();

  const begin = (line: HeardLine): Session => ({
    session: line.session,
    by: line.by,
    n: line.n,
    id: line.id,
    heardAt: clock.now(),
    isOpen: line.n !== 0 || line.from === undefined,
    first: firstOf(line),
    marks: new Map(),
    cursor: line.from,
  });

  /** The session that a line is of, if it is told now. */
  const sessionOf = (line: HeardLine): Session | undefined => {
    const { session, n, ageMs = 0 } = line;
    if (told?.session === session) return n > told.n ? told : undefined;
    // One that was left, and lines that are laid down again, are not told any more. (A beginning may have been dropped.)
    const isOld = told !== undefined && clock.now() - ageMs < told.heardAt;
    if (isOld || begun.has(session)) return undefined;
    begun.add(session);
    seen.add(session);
    return begin(line);
  };

  const note = (line: HeardLine): void => {
    const { n, id, changes, more, isListing, ageMs = 0 } = line;
    const session = sessionOf(line);
    if (session === undefined) return;
    if (n > session.n + 1) {
      // What lies between was dropped: nobody can come from before it.
      session.first = undefined;
      session.marks.clear();
    }
    told = Object.assign(session, { n, id, heardAt: clock.now() - ageMs });
    if (changes.length > 0) told.isOpen = more === true || isListing === true;
    for (const change of changes) if (change.kind === 'mark') noteMark(told, change.cursor);
  };

  const readOn = async (): Promise<boolean> => {
    for (;;) {
      const page = await together.read(after);
      if (page === undefined) return false;
      after = page.end;
      for (const line of page.lines) note(line);
      if (page.isLast) return true;
    }
  };

  return {
    look: async () => {
      if (!(await readOn()) || told === undefined) return undefined;
      const { session, by, n, id, heardAt, isOpen, cursor } = told;
      const end = isOpen || cursor === undefined ? undefined : { session, n, id, cursor };
      return { session, by, heardAt, ...(end !== undefined && { end }) };
    },
    find: (cursor, hasPassed) => {
      if (told === undefined) return undefined;
      const { first, marks } = told;
      // Whoever begins without a cursor lists everybody: right for anybody who knows nobody.
      if (cursor === undefined) return first?.cursor === undefined ? first : undefined;
      const mark = marks.get(cursor);
      if (mark !== undefined || first?.cursor === undefined) return mark;
      return first.cursor === cursor || hasPassed(first.cursor) ? { ...first, cursor } : undefined;
    },
  };
}

const firstOf = ({ session, n, id, from }: HeardLine): Place | undefined =>
  n === 0 ? { session, n, id, ...(from !== undefined && { cursor: from }) } : undefined;

function noteMark(told: Session, cursor: string): void {
  const { session, n, id, isOpen, marks } = told;
  told.cursor = cursor;
  if (!isOpen && !marks.has(cursor) && marks.size < MOST_MARKS)
    marks.set(cursor, { session, n, id, cursor });
}
