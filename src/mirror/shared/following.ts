import { Gap, type Mark } from '../../directory/directory.ts';
import { Handover } from '../feed/handover.ts';
import type { Follow } from '../feed/listed.ts';
import type { Entering } from './entering.ts';
import type { Pacing } from './pacing.ts';
import type { Passed } from './passed.ts';
import { beginTelling, type Telling } from './telling.ts';
import type { Together } from './told.ts';
import type { Place } from './watching.ts';

export interface FollowingOptions {
  /** The directory's own. */
  readonly follow: Follow;
  readonly together: Together;
  readonly passed: Passed;
  readonly entering: Entering;
  readonly pacing: Pacing;
  /** Up to there all is kept. */
  readonly reached: (place: Place) => void;
  /** Lets others have the turn to follow for so long. */
  readonly waive: (ms: number) => void;
  /** Whether the directory could not say what had changed: whoever lists everybody then lists them for all. */
  readonly setGap: (is: 'gap' | 'none') => void;
}

/** Ways in which a daemon follows the directory itself. */
export interface Following {
  /** For all: tells the others. */
  readonly lead: Follow;
  /** For itself, until it can go over to what is told. */
  readonly catchUp: Follow;
}

/** Whose directory failed leaves the turn to another for so long; it is over by itself before, and nobody tries more often. */
const FAILED_MS = 8000;

/** Whom the engine refuses tries to tell no more often. */
const MUTE_MS = 60_000;

const BEAT_MS = 5000;

/** Creates it. Each way ends by a `Handover` where another leads on. */
export function createFollowing(options: FollowingOptions): Following {
  const { follow, together, passed, entering, pacing, setGap } = options;

  /** Whether it goes on after a mark that nobody was told of. */
  const goOver = async function* (mark: Mark, at: number, signal: AbortSignal): ReturnType<Follow> {
    const turn = await together.turn('follow');
    if (turn === 'ours') throw new Handover('this daemon has the turn');
    if (turn === 'alone') return;
    const entered = await entering.enter(mark, at, signal);
    if (entered === undefined) return;
    yield entered.batch;
    options.reached(entered.place);
    passed.add(entered.place.cursor);
    throw new Handover('another daemon tells from here on');
  };

  const leadBy = async function* (
    cursor: string | undefined,
    signal: AbortSignal,
    telling: Telling | undefined,
  ): ReturnType<Follow> {
    for await (const batch of follow(cursor, signal)) {
      const at = pacing.now();
      await telling?.tell(batch);
      yield batch;
      const mark = batch.findLast((change) => change.kind === 'mark');
      if (mark === undefined) continue;
      passed.add(mark.cursor);
      setGap('none');
      const place = telling?.place();
      if (place === undefined) yield* goOver(mark, at, signal);
      else options.reached({ ...place, cursor: mark.cursor });
    }
  };

  const noteEnd = (error: unknown): void => {
    setGap(error instanceof Gap ? 'gap' : 'none');
    // Another may reach it. Where nobody does, they try one after the other.
    if (!(error instanceof Gap || error instanceof Handover)) options.waive(FAILED_MS);
  };
  const beginBy = async (from: string | undefined, lost: () => void) => {
    const telling = await beginTelling(together, from, lost, pacing);
    if (telling === undefined) options.waive(MUTE_MS);
    return telling;
  };

  return {
    lead: async function* (cursor, signal) {
      const from = cursor === undefined ? undefined : (passed.shared() ?? cursor);
      const own = new AbortController();
      const telling = await beginBy(from, () => own.abort());
      try {
        yield* leadBy(from, AbortSignal.any([signal, own.signal]), telling);
      } catch (error) {
        if (own.signal.aborted) throw new Handover('another daemon has the turn');
        noteEnd(error);
        throw error;
      } finally {
        telling?.stop();
        if (signal.aborted && !own.signal.aborted) together.giveUp('follow');
      }
    },
    catchUp: async function* (cursor, signal) {
      const end = pacing.every(BEAT_MS, () => together.turn('catch up'));
      const done = (): void => {
        end();
        together.giveUp('catch up');
      };
      try {
        await entering.note();
        for await (const batch of leadBy(cursor, signal, undefined)) {
          yield batch;
          if (batch.some(({ kind }) => kind === 'mark')) done();
        }
      } finally {
        end();
        // Where the directory failed the turn is over by itself, and nobody tries sooner.
        if (signal.aborted) together.giveUp('catch up');
      }
    },
  };
}
