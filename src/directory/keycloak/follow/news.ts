import { type Change, Gap } from '../../directory.ts';
import type { EventLog, EventMark } from '../feed/eventlog.ts';
import type { EventRow } from '../people/rows.ts';
import type { State } from './state.ts';
import { groupsWith, type Looking, lookAt, subjectsIn } from './subjects.ts';

/** The realm's logs of events; `own` absent: it keeps none of what users do to themselves. */
export interface Logs {
  readonly admin: EventLog;
  readonly own?: EventLog;
}

/** So many users and groups are looked at one by one; more, and listing everybody is quicker. */
const MOST_SUBJECTS = 5000;
/** So many events are read at a time. */
export const MOST_EVENTS = 2 * MOST_SUBJECTS;
const BATCH = 100;

/** What a poll leaves behind. */
export interface Polled {
  readonly state: State;
  readonly events: number;
  /** Whether groups may lie elsewhere now, so that all have to be listed. */
  readonly areGroupsMoved: boolean;
  /** Whether the realm has other settings now: it may keep fewer events. */
  readonly isRealmChanged: boolean;
}

/** Where administrators say which events are kept. */
const KEEPING = 'events/config';

/** Where the logs stand now. */
export async function newestOf(
  { admin, own }: Logs,
  signal: AbortSignal,
): Promise<Pick<State, 'admin' | 'own'>> {
  return {
    admin: await admin.newest(signal),
    ...(own !== undefined && { own: await own.newest(signal) }),
  };
}

/**
 * Looks at everybody whom the events since `state` name.
 * @throws {Gap} where it can't be known any more whom that would be: also where other events are kept than before, for nobody knows
 *   what was not kept meanwhile
 */
export async function* tellNews(
  { admin, own }: Logs,
  looking: Looking,
  state: State,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[], Polled> {
  const done = await readSince(admin, state.admin, 'admin events', signal);
  // Where they are kept only since now, what users did before is not known.
  const did = own && (await readSince(own, state.own, 'events', signal));
  if (done.events.some((event) => event.path === KEEPING && isAfter(event, state.admin)))
    throw new Gap('keycloak was told to keep other events: all are listed anew');
  const events = [...done.events, ...(did?.events ?? [])];
  const subjects = subjectsIn(events);
  const paths = new Set(subjects.all);
  for (const path of subjects.created) {
    for (const group of await groupsWith(looking, path, signal)) paths.add(group);
  }
  if (paths.size > MOST_SUBJECTS) {
    throw new Gap(`${paths.size} users and groups changed at once: all are listed anew`);
  }
  yield* lookAtAll(looking, paths, subjects.deleted, signal);
  const next = { ...state, admin: done.mark, ...(did !== undefined && { own: did.mark }) };
  const { areGroupsMoved } = subjects;
  const isRealmChanged = done.events.some(({ path }) => path === '');
  return { state: next, events: events.length, areGroupsMoved, isRealmChanged };
}

/** Whether it happened after `mark`: a listing that began there knows what came before. */
const isAfter = ({ id, time }: EventRow, mark: EventMark | undefined): boolean =>
  mark === undefined || (time >= mark.time && id !== mark.id);

async function* lookAtAll(
  looking: Looking,
  paths: ReadonlySet<string>,
  deleted: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[]> {
  let changes: Change[] = [];
  for (const path of paths) {
    const change = await lookAt(looking, path, deleted, signal);
    if (change !== undefined) changes.push(change);
    if (changes.length < BATCH) continue;
    yield changes;
    changes = [];
  }
  if (changes.length > 0) yield changes;
}

async function readSince(
  log: EventLog,
  mark: EventMark | undefined,
  what: string,
  signal: AbortSignal,
): Promise<{ readonly events: readonly EventRow[]; readonly mark: EventMark }> {
  const news = mark && (await log.since(mark, signal));
  if (news !== undefined) return news;
  throw new Gap(
    `the newest of keycloak's ${what} that was seen is there no more, or too many came: all are listed anew`,
  );
}
