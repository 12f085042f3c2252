import type { Clock } from '../../clock.ts';
import { FOLLOW_TURN_MS, type HeardLine, type Together } from './told.ts';

/** Where somebody who has passed `cursor` goes on: behind line `n` of a session, which lies at `id`. */
export interface Place {
  readonly session: string;
  readonly n: number;
  readonly id: string;
  /** Absent: whatever is known, for all are listed from here. */
  readonly cursor?: string;
  /** What is told from here was so before `cursor`, in part. */
  readonly isBehind?: true;
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
  /** The cursors that whoever is at a place has passed, and the sessions that begin after it, as far as they are known. */
  around(place: Place): Around;
}

export interface Around {
  readonly before: readonly string[];
  readonly after: readonly string[];
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
  /** Everybody is listed, and that has not ended. */
  isUnlisted: boolean;
  /** The last mark, wherever it lies. */
  cursor: string | undefined;
}

/** Creates it; nothing was read yet. `seen`: takes the sessions whose beginning is read. */
export function createWatching(together: Together, seen: Set<string>, clock: Clock): Watching {
  let after: string | undefined;
  let told: Session | undefined;
  const begun = new Set<string>();
  /** What is told, and before that those that each went on from: from there on every line is known. */
  let sessions: readonly string[] = [];
  /** The beginning of the last of them; and of the last one in which everybody was listed. Absent: not read. */
  let first: Place | undefined;
  let listing: Place | undefined;
  /** The marks in them, in order, and where those are that can be gone on from. */
  const marks = new Map<string, Place | undefined>();

  const forget = (): void => {
    sessions = [];
    first = undefined;
    listing = undefined;
    marks.clear();
  };

  const noteMark = (cursor: string, place: Place | undefined): void => {
    if (marks.get(cursor) === undefined) marks.set(cursor, place);
    const [oldest] = marks.keys();
    if (marks.size > MOST_MARKS && oldest !== undefined) marks.delete(oldest);
  };

  /** Whether who comes from before it can go on with it: all are listed, or they have passed where it goes on from by then. */
  const leadsOn = ({ n, from }: HeardLine): boolean =>
    n === 0 && (from === undefined || (told?.isUnlisted !== true && marks.has(from)));

  const noteFirst = ({ session, n, id, from }: HeardLine): void => {
    first = { session, n, id, ...(from !== undefined && { cursor: from }) };
    if (from === undefined) listing = first;
    else noteMark(from, first);
  };

  const begin = (line: HeardLine): Session => {
    const { session, by, n, id, from } = line;
    if (!leadsOn(line)) forget();
    sessions = [...sessions, session];
    if (n === 0) noteFirst(line);
    const isUnlisted = n === 0 && from === undefined;
    return {
      session,
      by,
      n,
      id,
      heardAt: clock.now(),
      isOpen: n !== 0 || isUnlisted,
      isUnlisted,
      cursor: from,
    };
  };

  /** The session that a line is of, if it is told now. */
  const sessionOf = (line: HeardLine): Session | undefined => {
    const { session, n, ageMs = 0 } = line;
    if (told?.session === session) return n > told.n ? told : undefined;
    // One that was left, and lines that are laid down again, are not told any more; nor is what somebody says still who has lost the
    // turn. (A beginning may have been dropped.)
    const aliveMs = n === 0 ? 0 : FOLLOW_TURN_MS;
    const isOld = told !== undefined && clock.now() - ageMs < told.heardAt + aliveMs;
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
      forget();
      sessions = [session.session];
    }
    told = Object.assign(session, { n, id, heardAt: clock.now() - ageMs });
    if (changes.length > 0) told.isOpen = more === true || isListing === true;
    for (const change of changes) if (change.kind === 'mark') passMark(told, change.cursor);
  };

  const passMark = (session: Session, cursor: string): void => {
    session.cursor = cursor;
    const { isOpen, n, id } = session;
    noteMark(cursor, isOpen ? undefined : { session: session.session, n, id, cursor });
    if (!isOpen) session.isUnlisted = false;
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
      // Whoever begins without a cursor lists everybody: right for anybody who knows nobody.
      if (cursor === undefined) return behind(listing);
      const mark = marks.get(cursor);
      if (mark !== undefined || first?.cursor === undefined) return mark;
      return hasPassed(first.cursor) ? behind({ ...first, cursor }) : undefined;
    },
    around: ({ session, cursor }) => ({
      before: upTo([...marks.keys()], cursor),
      after: sessions.includes(session) ? sessions.slice(sessions.indexOf(session) + 1) : [],
    }),
  };
}

const behind = (place: Place | undefined): Place | undefined =>
  place && { ...place, isBehind: true };

const upTo = <T>(all: readonly T[], last: T | undefined): readonly T[] =>
  last === undefined ? [] : all.slice(0, all.indexOf(last) + 1);
