import type { Log } from '../log.ts';
import type { Answer, MapHandler, Router } from './answer.ts';

/** One configured map: its kind, for people and for the verdict, and its answers. */
export interface Route {
  readonly kind: 'mailboxes' | 'aliases' | 'senders' | 'recipients' | 'domains' | 'table';
  readonly answer: MapHandler;
}

type Counts = Record<Answer['status'], number>;

/** How often each map answered what, since the start. A map keeps its figures through a reload. */
export type MapFigures = Map<string, Counts>;

/** Counts what no map was configured for. */
export const UNKNOWN_MAP = '<unknown>';

/** Gives a map's figures, all zero at first. */
function figuresOf(figures: MapFigures, map: string): Counts {
  let counts = figures.get(map);
  if (counts === undefined) {
    counts = { OK: 0, NOTFOUND: 0, TEMP: 0, PERM: 0, TIMEOUT: 0 };
    figures.set(map, counts);
  }
  return counts;
}

/** Makes one router of the configured maps; PERM for any other, the one thing that PERM is said for. */
export function createRouter(
  maps: ReadonlyMap<string, Route>,
  figures: MapFigures,
  log: Log,
): Router {
  const routes = new Map(
    [...maps].map(([name, { answer }]) => [
      name,
      { ask: answer, counts: figuresOf(figures, name) },
    ]),
  );
  const strangers = figuresOf(figures, UNKNOWN_MAP);
  const note = (map: string, key: string, counts: Counts, answer: Answer): Answer => {
    counts[answer.status] += 1;
    if (log.isLevelEnabled('debug')) log.debug({ map, key, ...answer }, 'answered');
    return answer;
  };
  return (map, key, context) => {
    const route = routes.get(map);
    if (route === undefined) {
      const answer: Answer = { status: 'PERM', reason: `map ${map} is not configured` };
      return note(map, key, strangers, answer);
    }
    const answer = route.ask(key, context);
    return answer instanceof Promise
      ? answer.then((late) => note(map, key, route.counts, late))
      : note(map, key, route.counts, answer);
  };
}
