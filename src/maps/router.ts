import type { MapSettings } from '../config/schema.ts';
import type { Log } from '../log.ts';
import { noteChange } from '../lookup/changes.ts';
import { createDurations, type Durations } from '../lookup/durations.ts';
import type { Context } from '../lookup/outcome.ts';
import { beginTally, countAskings, readTally } from '../lookup/tally.ts';
import type { Answer, MapHandler, Router } from './answer.ts';
import { createCounting } from './counting.ts';
import { withWritableNames } from './names.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Unconfigured } from './unconfigured.ts';

/** One configured map: its kind, for people and for the verdict, and its answers. */
export interface Route {
  readonly kind: MapSettings['kind'];
  readonly answer: MapHandler;
}

/** What one map has answered since the start, by status, and how long that took. */
export interface MapFigure extends Record<Answer['status'], number> {
  /** Those of TEMP that are meant, and no doubt: the account is disabled, and `disabled: defer` is set. */
  meant: number;
  /** Queries whose answer is waited for now. */
  waiting: number;
  /** Answers from memory, or without asking anybody: they were there at once. */
  readonly atOnce: Durations;
  /** Answers for which somebody was asked: nearly all had to be waited for. */
  readonly late: Durations;
}

/** The figures of each map. A map keeps them through a reload. */
export type MapFigures = Map<string, MapFigure>;

/** Up to Postfix's patience, with the deadline's default among them. Milliseconds. */
export const ANSWER_BOUNDS_MS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 150, 200, 250, 500, 1000,
];

/** Counts what no map was configured for. */
export const UNKNOWN_MAP = '<unknown>';

/** Gives a map's figures, all zero at first. */
function figureOf(figures: MapFigures, map: string): MapFigure {
  let figure = figures.get(map);
  if (figure === undefined) {
    figure = {
      OK: 0,
      NOTFOUND: 0,
      TEMP: 0,
      PERM: 0,
      TIMEOUT: 0,
      meant: 0,
      waiting: 0,
      atOnce: createDurations(ANSWER_BOUNDS_MS),
      late: createDurations(ANSWER_BOUNDS_MS),
    };
    figures.set(map, figure);
  }
  return figure;
}

/** Answers queries, and knows how to give the last answer again. */
export interface MeteredRouter {
  readonly route: Router;
  /** How the answer that came last may be given again; absent: it had to be waited for, or the next asks anew. */
  readonly lastRepeat: () => Repeat | undefined;
}

/** An answer that memory gave at once, while it is the same. */
export interface Repeat {
  readonly status: 'OK' | 'NOTFOUND';
  /** Before it, whole ms on the daemon's clock, the same is said without asking anybody. */
  readonly goodUntil: number;
  /** Where changes of what it was made of are counted (`countChangesAt`). */
  readonly place: number;
  /** Counts and times it once more, as if all had been looked up. */
  readonly countAgain: (context: Context) => void;
}

/**
 * Makes one router of the configured maps, each under its writable name, too; PERM for any other, the one thing that PERM
 * is said for. `unconfigured` hears of those; absent: nobody does.
 */
export function createRouter(
  maps: ReadonlyMap<string, Route>,
  figures: MapFigures,
  log: Log,
  unconfigured?: Unconfigured,
): MeteredRouter {
  noteChange();
  const routes = withWritableNames(
    new Map(
      [...maps].map(([name, { answer }]) => [
        name,
        { ask: answer, figure: figureOf(figures, name) },
      ]),
    ),
  );
  const strangers = figureOf(figures, UNKNOWN_MAP);
  const stopwatch = createStopwatch();
  const counting = createCounting(stopwatch);
  let last: { readonly figure: MapFigure; readonly answer: Answer } | undefined;
  const note = (map: string, key: string, figure: MapFigure, answer: Answer): Answer => {
    figure[answer.status] += 1;
    if (answer.status === 'TEMP' && answer.doubt === undefined) figure.meant += 1;
    if (log.isLevelEnabled('debug')) log.debug({ map, key, ...answer }, 'answered');
    return answer;
  };
  const route: Router = (map, key, context) => {
    last = undefined;
    const found = routes.get(map);
    if (found === undefined) {
      unconfigured?.note(map, maps.keys());
      const answer: Answer = { status: 'PERM', reason: `map ${map} is not configured` };
      return note(map, key, strangers, answer);
    }
    const { ask, figure } = found;
    const startedAt = stopwatch.start(context);
    beginTally();
    const askings = countAskings();
    const answer = ask(key, context);
    if (!(answer instanceof Promise)) {
      if (countAskings() === askings) stopwatch.stopAtOnce(context, figure.atOnce);
      else stopwatch.stopLate(startedAt, figure.late);
      last = { figure, answer };
      return note(map, key, figure, answer);
    }
    figure.waiting += 1;
    const end = (): void => {
      figure.waiting -= 1;
      stopwatch.stopLate(startedAt, figure.late);
    };
    return answer.then(
      (late) => {
        end();
        return note(map, key, figure, late);
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
  };
  const lastRepeat = (): Repeat | undefined => {
    const { goodUntil, found, none, place } = readTally();
    // What is logged has to be put together again; a doubt may be over with the next question.
    if (last === undefined || log.isLevelEnabled('debug')) return undefined;
    const { figure, answer } = last;
    if (answer.status !== 'OK' && answer.status !== 'NOTFOUND') return undefined;
    const { status } = answer;
    const countAgain = counting.of({ figure, status, found, none });
    return { status, goodUntil, place, countAgain };
  };
  return { route, lastRepeat };
}
