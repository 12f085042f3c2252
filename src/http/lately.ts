import type { Rejection } from '../net/figures.ts';
import type { ReplyFault } from '../socketmap/protocol.ts';
import { type History, STEP_MS } from './history.ts';
import type { MetricSources } from './metrics/sources.ts';

/** What holds mail back, or loses something, and is no directory's doing: counts of the last quarter of an hour. */
export interface Lately {
  /** Connections that were not served. */
  readonly rejected: Readonly<Record<Rejection, number>>;
  /** Answers that went out as TEMP, because Postfix can't be sent them. */
  readonly unsent: Readonly<Record<ReplyFault, number>>;
  /** Lookups that a fault of idpmap's own ended. */
  readonly bugs: number;
  /** Requests that nothing had answered by their deadline. */
  readonly overdue: number;
  /** Lines of the log that were never written. */
  readonly droppedLines: number;
}

/** What this is read from. */
export type LatelySources = Pick<MetricSources, 'socketmap' | 'logged'> & {
  readonly state: () => {
    readonly served: ReadonlyMap<
      string,
      { readonly lane: { readonly figures: { readonly bugs: number } } }
    >;
  };
};

const STEPS = (15 * 60_000) / STEP_MS;

const REJECTIONS: readonly Rejection[] = [
  'not-allowed',
  'too-many',
  'too-many-of-peer',
  'tls',
  'accept',
];
const REPLY_FAULTS: readonly ReplyFault[] = ['empty', 'control', 'size'];

/** The counters that `describeLately` looks back on. */
export function* listLately({
  socketmap,
  logged,
  state,
}: LatelySources): Generator<readonly [string, number]> {
  const { rejected, refused, overdue } = socketmap;
  for (const reason of REJECTIONS) yield [`rejected ${reason}`, rejected[reason]];
  for (const reason of REPLY_FAULTS) yield [`unsent ${reason}`, refused[reason]];
  const bugs = [...state().served.values()].map(({ lane }) => lane.figures.bugs);
  yield ['bugs', bugs.reduce((sum, each) => sum + each, socketmap.bugs)];
  yield ['overdue', overdue];
  yield ['dropped lines', logged.dropped];
}

/** Tells them. */
export function describeLately(history: Pick<History, 'total'>): Lately {
  const count = (name: string): number => history.total(name, STEPS);
  return {
    rejected: {
      'not-allowed': count('rejected not-allowed'),
      'too-many': count('rejected too-many'),
      'too-many-of-peer': count('rejected too-many-of-peer'),
      tls: count('rejected tls'),
      accept: count('rejected accept'),
    },
    unsent: {
      empty: count('unsent empty'),
      control: count('unsent control'),
      size: count('unsent size'),
    },
    bugs: count('bugs'),
    overdue: count('overdue'),
    droppedLines: count('dropped lines'),
  };
}
