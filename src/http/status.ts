import { type Clock, calendarOf, wallClock } from '../clock.ts';
import { nameless } from '../lookup/health.ts';
import type { Differences } from '../maps/differences.ts';
import { isNamed } from '../maps/names.ts';
import type { Route } from '../maps/router.ts';
import type { Unconfigured } from '../maps/unconfigured.ts';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import { describeDirectory } from './directorystatus.ts';
import { describeFleet } from './fleetstatus.ts';
import type { Phase } from './health.ts';
import { createHistory, type History, STEP_MS } from './history.ts';
import { describeLately, listLately } from './lately.ts';
import { describeLatency, listLatency } from './latency.ts';
import type { MetricSources, WatchedDirectory } from './metrics/sources.ts';
import { listShadows, type WatchedShadows } from './shadowstatus.ts';
import {
  type CauseStatus,
  type MapStatus,
  type Status,
  type UnwrittenFile,
  VERDICTS,
} from './statusreport.ts';

/** What the status is read from each time: live objects of the daemon. */
export interface StatusSources
  extends Pick<MetricSources, 'version' | 'maps' | 'socketmap' | 'reloads' | 'logged' | 'fleet'> {
  readonly state: () => {
    readonly settings: ReturnType<MetricSources['state']>['settings'];
    readonly served: ReadonlyMap<string, WatchedDirectory>;
    readonly shadows: WatchedShadows;
    readonly routes: { readonly maps: ReadonlyMap<string, Pick<Route, 'kind'>> };
  };
  readonly unconfigured: Pick<Unconfigured, 'list'>;
  readonly differences: Pick<Differences, 'figures' | 'list'>;
  /** Files that could not be written the last time. */
  readonly unwritten: () => readonly UnwrittenFile[];
  readonly phase: () => Phase;
  /** Where Postfix is listened for now. */
  readonly endpoints: () => readonly Endpoint[];
  readonly clock: Clock;
}

/** Steps of the history. */
const MINUTE = 60_000 / STEP_MS;

/** So many causes are shown. */
const TOP_CAUSES = 10;

/** Tells how the daemon fares. */
export interface StatusReader {
  readonly read: () => Status;
  /** Ends its timer. */
  stop(): void;
}

/** Creates what tells the status, and begins its history. */
export function createStatus(sources: StatusSources): StatusReader {
  const startedAt = performance.now();
  const history = createHistory(() => listCounters(sources), sources.clock);
  const timer = setInterval(() => history.update(), STEP_MS / 2);
  timer.unref();
  return {
    read: () => {
      history.update();
      return describe(sources, history, startedAt);
    },
    stop: () => clearInterval(timer),
  };
}

/** Everything whose growth is looked back on, by names that `describe` knows. */
function* listCounters(sources: StatusSources): Generator<readonly [string, number]> {
  const { maps, socketmap, state } = sources;
  for (const name of [...VERDICTS, 'meant'] as const)
    yield [name, sum([...maps.values()].map((map) => map[name]))];
  yield ['unsent', sum(Object.values(socketmap.refused))];
  yield ['unanswered', socketmap.bugs + socketmap.overdue];
  yield* listLately(sources);
  for (const [name, figure] of maps)
    yield* listLatency(`map ${name}`, [figure.atOnce, figure.late]);
  const all = [...state().served];
  yield ['stale', sum(all.map(([, { lane }]) => lane.figures.stale))];
  for (const [name, { lane }] of all) {
    yield* listLatency(`directory ${name}`, [lane.figures.durations]);
    for (const [cause, count] of Object.entries(lane.figures.causes))
      yield [nameCause(name, cause), count];
  }
}

const nameCause = (directory: string, cause: string): string => `cause ${directory} ${cause}`;

const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0);

function describe(sources: StatusSources, history: History, startedAt: number): Status {
  const { version, phase, reloads, socketmap, fleet } = sources;
  const { settings, served, shadows } = sources.state();
  const { rss, heapUsed } = process.memoryUsage();
  const directories = [...served.values()].map((each) =>
    describeDirectory(
      each,
      describeLatency(history, `directory ${each.name}`, each.lane.figures.durations),
    ),
  );
  return {
    version,
    phase: phase(),
    now: showInstant(wallClock.now()),
    startedAt: showInstant(calendarOf(startedAt)),
    maps: listMaps(sources, history),
    unconfigured: listUnconfigured(sources),
    directories,
    ...(fleet !== undefined && { fleet: describeFleet(fleet.status(), directories) }),
    shadows: listShadows(sources.differences, shadows),
    domains: { configured: Object.keys(settings.domains).length },
    connections: {
      max: settings.connections.max,
      listeners: socketmap.listeners,
      endpoints: sources.endpoints().map(formatEndpoint),
      rejected: socketmap.rejected,
      violations: socketmap.violations,
    },
    reloads: describeReloads(reloads),
    cache: { staleMs: settings.cache.stale },
    token: settings.http.token === undefined ? 'none' : 'configured',
    causes: listCauses(sources, history),
    history: {
      stepMs: STEP_MS,
      since: showInstant(calendarOf(history.began())),
      answers: listAnswers(history),
    },
    lately: describeLately(history),
    unwritten: sources.unwritten().map(({ what, reason }) => ({ what, reason: nameless(reason) })),
    memory: { rssBytes: rss, heapBytes: heapUsed },
  };
}

const listUnconfigured = ({ unconfigured, state }: StatusSources): Status['unconfigured'] =>
  unconfigured
    .list()
    .filter(({ name }) => !isNamed(state().routes.maps, name))
    .map(({ name, count, askedAt }) => ({
      name,
      count,
      lastAsked: showInstant(calendarOf(askedAt)),
    }));

/** So many lines of a refusal are shown; `idpmap config validate` has all. */
const MOST_LINES = 5;

function describeReloads({ refusal, ...reloads }: StatusSources['reloads']): Status['reloads'] {
  const told = { ...reloads, lastGoodAt: showInstant(calendarOf(reloads.lastGoodAt)) };
  if (refusal === undefined) return told;
  const lines = refusal.split('\n').filter((line) => line.trim() !== '');
  return { ...told, refusal: lines.slice(0, MOST_LINES).map(nameless) };
}

const listMaps = ({ maps, state }: StatusSources, history: History): readonly MapStatus[] =>
  [...maps].map(([name, figure]) => {
    const kind = state().routes.maps.get(name)?.kind;
    const { OK, NOTFOUND, TEMP, PERM, waiting } = figure;
    const latency = describeLatency(history, `map ${name}`, figure.late);
    const status = { name, answers: { OK, NOTFOUND, TEMP, PERM }, waiting, latency };
    return kind === undefined ? status : { ...status, kind };
  });

function listCauses({ state }: StatusSources, history: History): readonly CauseStatus[] {
  const all = [...state().served].flatMap(([directory, { lane }]) =>
    Object.keys(lane.figures.causes).map((cause) => ({
      directory,
      cause,
      count: history.total(nameCause(directory, cause)),
      lastMinute: history.total(nameCause(directory, cause), MINUTE),
    })),
  );
  return all
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, TOP_CAUSES);
}

/** What Postfix was told: what can't be sent was OK to its map, and of what a bug or the deadline ended no map knows. */
function listAnswers(history: History): Status['history']['answers'] {
  const unsent = history.last('unsent');
  const unanswered = history.last('unanswered');
  const at = (steps: readonly number[], i: number): number => steps[i] ?? 0;
  return {
    OK: history.last('OK').map((count, i) => Math.max(0, count - at(unsent, i))),
    NOTFOUND: history.last('NOTFOUND'),
    TEMP: history.last('TEMP').map((count, i) => count + at(unsent, i) + at(unanswered, i)),
    PERM: history.last('PERM'),
    stale: history.last('stale'),
    meant: history.last('meant'),
  };
}

const showInstant = (ms: number): string => new Date(ms).toISOString();
