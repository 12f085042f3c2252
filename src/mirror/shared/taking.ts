import type { Change, Mark } from '../../directory/directory.ts';
import { Handover } from '../feed/handover.ts';
import type { Pacing } from './pacing.ts';
import type { Passed } from './passed.ts';
import { createReading, type ReadOn, type ToldBatch } from './reading.ts';
import type { Together } from './told.ts';
import type { Place } from './watching.ts';

export interface TakingOptions {
  readonly together: Together;
  readonly passed: Passed;
  /** Sessions whose beginning was read. */
  readonly seen: Set<string>;
  readonly pacing: Pacing;
  /** Up to there all is kept: from there it can be gone on. */
  readonly reached: (place: Place) => void;
  /** Somebody else tells from here on. `place`: where that can be entered; absent: nowhere. */
  readonly moved: (place: Place | undefined) => void;
  /** What followed this line was dropped: nobody who was not beyond it can go on in this session. */
  readonly dropped: (n: number) => void;
  /** Nothing was heard for so long that this daemon has to follow by itself. */
  readonly deaf: () => void;
  /** Whose changes they are. */
  readonly taken: (by: string | undefined) => void;
}

/** How often is looked for more. */
const LOOK_MS = 500;

/** How often this daemon tries to get the turn, so that somebody goes on where the one who had it is gone. */
const TRY_MS = 2000;

/** Without a line for this, or for as long as the next mark may take, … */
const SILENT_MS = 15_000;
const MOST_SILENT_MS = 600_000;
/** … and by this more, so that not all of them come at once, it follows by itself. */
const SPREAD_MS = 30_000;

/** Without a line for this, what lies there may be another stream, of which nothing was read. */
const ANEW_MS = 6000;

/**
 * Gives what another daemon tells, from `start` on, in its batches. A mark counts where all before it came, and only the last
 * one of those that wait; it is as old as it is.
 * @throws {Handover} where it does not go on there
 */
export async function* takeTold(
  options: TakingOptions,
  start: Place,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[], never> {
  const { together, passed, seen, pacing } = options;
  const reading = createReading(together, seen, start);
  const patience = createPatience(options);
  /** Listings whose beginning was taken: the end of another says nothing. */
  const listings = new Set<string>();
  let { cursor } = start;
  let hasTurn = false;

  const give = function* (read: ReadOn): Generator<readonly Change[]> {
    for (const { batch, mark } of countedIn(read, listings)) {
      for (const each of marksIn(batch.changes)) passed.add(each.cursor);
      yield [...batch.changes.filter(({ kind }) => kind !== 'mark'), ...(mark ? [mark] : [])];
      if (mark === undefined) continue;
      ({ cursor } = mark);
      patience.marked(mark);
      options.reached({ session: start.session, n: batch.n, id: batch.id, cursor });
    }
    if (read.ended !== undefined) throw leave(read.ended, cursor, options);
  };

  for (;;) {
    const read = await reading.read();
    signal.throwIfAborted();
    options.taken(reading.by());
    yield* give(read);
    if (!read.isLast) continue;
    // What was told before has been taken by now, as far as it lies there.
    if (hasTurn) throw new Handover('this daemon has the turn');
    hasTurn = (await patience.lose(reading)) === 'has the turn';
    if (!hasTurn) await pacing.pause(LOOK_MS, signal);
  }
}

/** Says where it goes on. */
function leave(
  ended: Required<ReadOn>['ended'],
  cursor: string | undefined,
  { passed, moved, dropped }: TakingOptions,
): Handover {
  if ('droppedAfter' in ended) {
    dropped(ended.droppedAfter);
    moved(undefined);
    return new Handover('lines were dropped that were not read');
  }
  const { session, id, from } = ended;
  if (from === undefined) {
    moved({ session, n: 0, id });
    return new Handover('everybody is listed anew', 'anew');
  }
  // What is told since a mark that was passed holds all that came after it.
  const isHere = from === cursor;
  const hasPassed = cursor !== undefined && (isHere || passed.has(from));
  moved(hasPassed ? { session, n: 0, id, cursor, ...(!isHere && { isBehind: true }) } : undefined);
  return new Handover('another daemon tells from here on');
}

interface Patience {
  readonly marked: (mark: Mark) => void;
  /** Nothing more lies there now. @throws {Handover} where that is so for too long */
  lose(reading: {
    readonly heard: () => number;
    readonly anew: () => void;
  }): Promise<'waits' | 'has the turn'>;
}

function createPatience({ together, pacing, deaf }: TakingOptions): Patience {
  const spreadMs = Math.random() * SPREAD_MS;
  let heard = 0;
  let heardAt = pacing.now();
  let triedAt = pacing.now();
  let patienceMs = SILENT_MS;
  return {
    marked: ({ nextMs }) => {
      patienceMs = Math.min(Math.max(SILENT_MS, nextMs), MOST_SILENT_MS);
    },
    lose: async (reading) => {
      const now = pacing.now();
      if (reading.heard() > heard) heardAt = now;
      heard = reading.heard();
      const silentMs = now - heardAt;
      if (silentMs > patienceMs + spreadMs) {
        deaf();
        throw new Handover('nothing is heard of the one who tells');
      }
      if (silentMs > ANEW_MS) reading.anew();
      if (now < triedAt + TRY_MS) return 'waits';
      triedAt = now;
      return (await together.turn('follow')) === 'ours' ? 'has the turn' : 'waits';
    },
  };
}

interface Counted {
  readonly batch: ToldBatch;
  /** As old as it is; absent: none of it counts. */
  readonly mark?: Mark;
}

/** What of it counts. Of the marks that wait that is the last one: of the others more is known by now. */
function countedIn({ batches, isLast }: ReadOn, listings: Set<string>): readonly Counted[] {
  const known = batches.map((batch) => ({
    ...batch,
    changes: batch.changes.filter((change) => isKnown(change, listings)),
  }));
  const last = isLast
    ? known.findLast(({ ageMs, changes }) => ageMs !== undefined && hasMark(changes))
    : undefined;
  return known.map((batch) => {
    const mark = batch === last ? marksIn(batch.changes).at(-1) : undefined;
    return { batch, ...(mark && { mark: aged(mark, batch.ageMs ?? 0) }) };
  });
}

const marksIn = (changes: readonly Change[]): readonly Mark[] =>
  changes.filter((change) => change.kind === 'mark');

const hasMark = (changes: readonly Change[]): boolean => marksIn(changes).length > 0;

/** A mark that was told a while ago. */
export function aged(mark: Mark, ageMs: number): Mark {
  const passedMs = Math.ceil(ageMs);
  return {
    ...mark,
    agoMs: Math.max(0, mark.agoMs) + passedMs,
    toldMs: (mark.toldMs ?? 0) + passedMs,
  };
}

/** Whether all is known that it stands on. */
function isKnown(change: Change, listings: Set<string>): boolean {
  if (change.kind === 'listing') listings.add(change.part);
  return change.kind !== 'listed' || listings.delete(change.part);
}
