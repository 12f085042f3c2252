import { randomBytes } from 'node:crypto';
import type { Change, Listed } from '../../directory/directory.ts';
import { prepare } from '../store/prepare.ts';
import { MAX_CHARS } from '../store/rows.ts';
import type { Pacing } from './pacing.ts';
import { FOLLOW_TURN_MS, type Together, type ToldLine } from './told.ts';
import type { Place } from './watching.ts';

/** Tells other daemons what a directory tells this one. */
export interface Telling {
  /** One batch, which is one transaction for each of them. */
  tell(batch: readonly Change[]): Promise<void>;
  /** Where the last line lies; absent: not all that was told is laid down, and nobody is told any more. */
  readonly place: () => Place | undefined;
  stop(): void;
}

/** How often the turn is taken anew, and a sign of life is given. */
const BEAT_MS = 2000;

/** Characters of a line, about: more, and whoever reads it keeps mail waiting. */
const LINE_CHARS = 32_768;

/**
 * Begins to tell; absent: nobody can be told. `lost`: called once when another daemon has the turn.
 * @param from the cursor that is gone on from; absent: everybody is listed
 */
export async function beginTelling(
  together: Together,
  from: string | undefined,
  lost: () => void,
  pacing: Pacing,
): Promise<Telling | undefined> {
  const { name: by } = together;
  const session = randomBytes(9).toString('base64url');
  const listing = new Set<string>();
  let n = 0;
  let id = '';
  let isWhole = true;
  let last: Promise<unknown> = Promise.resolve();
  let end = (): void => {};
  let turnAt = pacing.now();
  /** Whoever stood still for so long does not know who told meanwhile: it can't go on where it was. */
  const isLapsed = (): boolean => pacing.now() > turnAt + FOLLOW_TURN_MS;

  const lay = async (line: Omit<ToldLine, 'session' | 'n' | 'by' | 'isListing'>): Promise<void> => {
    if (isLapsed()) stop();
    if (!isWhole) return;
    for (const change of line.changes) noteListing(listing, change);
    const isListing = listing.size > 0 && ({ isListing: true } as const);
    const place = await together.lay({ session, n, by, ...line, ...isListing });
    id = place ?? id;
    n += 1;
    // Whoever can't tell leaves the turn to somebody who can: it is over by itself soon.
    if (place === undefined) stop();
  };
  const stop = (): void => {
    isWhole = false;
    end();
  };
  /** One after the other, whoever wants to. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done;
    return done;
  };

  await lay({ changes: [], ...(from !== undefined && { from }) });
  if (!isWhole) return undefined;
  const beat = async (): Promise<void> => {
    if (isLapsed()) return stop();
    const at = pacing.now();
    const turn = await together.turn('follow');
    if (turn === 'another') {
      stop();
      lost();
      return;
    }
    if (turn === 'ours') turnAt = at;
    await inTurn(() => lay({ changes: [] }));
  };
  end = pacing.every(BEAT_MS, beat);

  return {
    tell: (batch) =>
      inTurn(async () => {
        const lines = linesOf(batch);
        for (const [i, changes] of lines.entries())
          await lay({ changes, ...(i < lines.length - 1 && { more: true }) });
      }),
    place: () => (isWhole ? { session, n: n - 1, id } : undefined),
    stop,
  };
}

function noteListing(listing: Set<string>, change: Change): void {
  if (change.kind === 'listing') listing.add(change.part);
  if (change.kind === 'listed') listing.delete(change.part);
}

/** Cuts a batch into lines. */
function linesOf(batch: readonly Change[]): readonly (readonly Change[])[] {
  const lines: Change[][] = [];
  let line: Change[] = [];
  let chars = 0;
  for (const [change, size] of batch.flatMap(cut)) {
    if (line.length > 0 && chars + size > LINE_CHARS) {
      lines.push(line);
      line = [];
      chars = 0;
    }
    line.push(change);
    chars += size;
  }
  return line.length === 0 ? lines : [...lines, line];
}

/** A change in pieces, with the size of each. */
function cut(change: Change): readonly (readonly [Change, number])[] {
  if (change.kind === 'gone' || change.kind === 'still') {
    const { kind } = change;
    return slicesOf(change.refs, (ref) => ref.length).map(([refs, size]) => [{ kind, refs }, size]);
  }
  if (change.kind !== 'put') return [[change, JSON.stringify(change).length]];
  const entries = change.entries.map(([ref, entry]) => [ref, bounded(entry)] as const);
  return slicesOf(entries, (each) => JSON.stringify(each).length).map(([some, size]) => [
    { kind: 'put', entries: some },
    size,
  ]);
}

/** One that is too large for a mirror is as the mirror would have it: a doubt about its addresses. */
const bounded = (entry: Listed): Listed =>
  JSON.stringify(entry).length <= 2 * MAX_CHARS ? entry : prepare(entry, { dropped: 0 }).entry;

function slicesOf<T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
): readonly (readonly [readonly T[], number])[] {
  const slices: [T[], number][] = [];
  for (const item of items) {
    const size = sizeOf(item);
    const last = slices.at(-1);
    if (last === undefined || last[1] + size > LINE_CHARS) slices.push([[item], size]);
    else {
      last[0].push(item);
      last[1] += size;
    }
  }
  return slices;
}
