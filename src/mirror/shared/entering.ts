import type { Change, Mark } from '../../directory/directory.ts';
import type { Pacing } from './pacing.ts';
import { createReading, type ToldBatch } from './reading.ts';
import { aged } from './taking.ts';
import type { Together } from './told.ts';
import type { Place, Watching } from './watching.ts';

export interface EnteringOptions {
  readonly together: Together;
  readonly watching: Watching;
  /** Sessions whose beginning was read. */
  readonly seen: ReadonlySet<string>;
  readonly pacing: Pacing;
}

/** What leads from a daemon's own feed over to what another tells. */
export interface Entered {
  /** One transaction: between its changes the mirror may be behind what its own feed told. Ends with a mark. */
  readonly batch: readonly Change[];
  readonly place: Known;
}

/** A place behind a mark. */
type Known = Place & { readonly cursor: string };

interface Collected {
  readonly changes: Change[];
  /** Behind the last mark. */
  place: Known;
}

/** Leads a daemon that has followed by itself over to what another tells. */
export interface Entering {
  /** Notes where that ends now. */
  note(): Promise<void>;
  /**
   * The daemon's own feed told this mark at that instant, and is not read on. Absent: it has to go on by itself, and to come
   * again with the next one.
   */
  enter(mark: Mark, toldAt: number, signal: AbortSignal): Promise<Entered | undefined>;
}

const LOOK_MS = 500;

/** The clocks of two daemons, as the engine has set them, differ by less. */
const SLACK_MS = 500;

/** How long a mark is waited for that covers what the own feed has told. */
const PATIENCE_MS = 60_000;

/** More changes than this are no small step. */
const MOST = 20_000;

/**
 * Creates it. Two places have to be passed: what was told up to the noted one must be covered by a mark of the own feed; and
 * what that feed had told must be covered by a mark of the other's, before which all its changes since are taken at once.
 */
export function createEntering({ together, watching, seen, pacing }: EnteringOptions): Entering {
  let noted: { readonly place: Place; readonly at: number } | undefined;

  const note = async (): Promise<void> => {
    const told = await watching.look();
    noted = told?.end === undefined ? undefined : { place: told.end, at: pacing.now() };
  };

  /** Takes one batch more; gives it all where its mark covers what the own feed has told, `undefined` where it can't be taken. */
  const collect = (
    so: Collected,
    batch: ToldBatch,
    coversFrom: number,
  ): Entered | 'more' | undefined => {
    const { changes, n, id, ageMs } = batch;
    if (changes.some(({ kind }) => kind === 'listing' || kind === 'listed')) return undefined;
    so.changes.push(...changes.filter(({ kind }) => kind !== 'mark'));
    if (weightOf(so.changes) > MOST) return undefined;
    const mark = changes.findLast((change) => change.kind === 'mark');
    if (mark === undefined) return 'more';
    so.place = { session: so.place.session, n, id, cursor: mark.cursor };
    if (ageMs === undefined || pacing.now() - ageMs - Math.max(0, mark.agoMs) < coversFrom)
      return 'more';
    return { batch: [...so.changes, aged(mark, ageMs)], place: so.place };
  };

  const readUpTo = async (
    start: Known,
    mark: Mark,
    toldAt: number,
    signal: AbortSignal,
  ): Promise<Entered | undefined> => {
    const reading = createReading(together, new Set(seen), start);
    const so: Collected = { changes: [], place: start };
    const untilMs = pacing.now() + PATIENCE_MS;
    while (pacing.now() < untilMs) {
      const { batches, isLast, isSilent, ended } = await reading.read();
      signal.throwIfAborted();
      for (const batch of batches) {
        const entered = collect(so, batch, toldAt + SLACK_MS);
        if (entered !== 'more') return entered;
      }
      if (ended !== undefined || isSilent === true) return undefined;
      // Where marks are told once an hour there is nothing to wait for; what they promise bears a little age.
      if (isLast && mark.tellsNew !== true && so.changes.length === 0)
        return { batch: [{ ...mark, cursor: so.place.cursor }], place: so.place };
      if (isLast) await pacing.pause(LOOK_MS, signal);
    }
    return undefined;
  };

  return {
    note,
    enter: async (mark, toldAt, signal) => {
      const { place, at } = noted ?? {};
      const isCovered = at !== undefined && toldAt - Math.max(0, mark.agoMs) > at;
      const entered =
        place?.cursor !== undefined && isCovered
          ? await readUpTo({ ...place, cursor: place.cursor }, mark, toldAt, signal)
          : undefined;
      if (entered === undefined) await note();
      return entered;
    },
  };
}

const weightOf = (changes: readonly Change[]): number =>
  changes.reduce((sum, change) => {
    if (change.kind === 'put') return sum + change.entries.length;
    return sum + ('refs' in change ? change.refs.length : 1);
  }, 0);
