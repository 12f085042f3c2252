import type { Cause, Entry, Maybe } from '../directory/directory.ts';
import { none } from '../directory/finding.ts';
import { andThen } from '../directory/maybe.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { SaidAbsent, SaidDoubt, SaidFound, SaidLost, SaidStale } from '../mirror/said.ts';
import {
  type Context,
  type Found,
  type Lookup,
  type Outcome,
  type Policy,
  type Unknown,
  unknown,
} from './outcome.ts';
import { noteOthers } from './tally.ts';

/** A mirror as the way of a question meets it. */
export interface Mirrored<T> {
  readonly policy: Policy<Lookup<T>>;
  /** What it has of `key`, without asking anybody. `silent`: it knows that nobody else may stand in. */
  readonly recall: (key: string, context: Context) => Found<T> | 'silent' | undefined;
  /** When whoever holds `key` was known to, on the daemon's clock; absent: nobody was. */
  readonly knownAt: (key: string) => number | undefined;
}

type Asked = Pick<Mirror, 'say' | 'knownAt' | 'describe'>;

/**
 * Faults of reaching the directory. Whoever doubts what it says now must not believe what it said before: a *none* of
 * the mirror's stands in for these only.
 */
const UNREACHED = new Set<Cause>([
  'deadline',
  'overload',
  'breaker-open',
  'timeout',
  'directory',
  'starting',
]);

/** Makes a mirror ready to be met. */
export const mirrored = (mirror: Asked, name: string): Mirrored<Entry> => ({
  policy: withMirror(mirror, name),
  recall: (key, context) => {
    const said = mirror.say(key, context.arrivedAt);
    if (said.is === 'found') return { status: 'found', value: said.value };
    if (said.is === 'stale') return { status: 'found', value: said.value };
    const isLost = said.is === 'lost' && said.isAsked !== 'members';
    const isSilent = isLost || (said.is === 'doubt' && said.isAsked !== true);
    return isSilent ? 'silent' : undefined;
  },
  knownAt: mirror.knownAt,
});

/**
 * Answers from a mirror that is in step; else asks, and lets the mirror stand in where the directory can't be asked: for
 * those whom it has as a stale *found*, for those whom it lacks as *none* only as long as `denyFor` says.
 */
export const withMirror =
  (mirror: Asked, name: string): Policy<Lookup<Entry>> =>
  (next) =>
  (key, context) => {
    const said = mirror.say(key, context.arrivedAt);
    context.tell?.({
      step: 'mirror',
      directory: name,
      key,
      is: said.is,
      how: mirror.describe(key),
    });
    switch (said.is) {
      case 'found':
        return handedOn(said);
      case 'doubt':
        return doubted(said, name, () => next(key, context));
      case 'lost':
        return lost(said, name, () => next(key, context));
      case 'stale':
        return said.held === undefined
          ? settled(next(key, context), (doubt) => standIn(said, doubt))
          : standIn(said, unknown('doubt', name, said.held));
      case 'absent':
        return said.denied ?? settled(next(key, context), (doubt) => denyUnreached(said, doubt));
      case 'nothing':
        return next(key, context);
    }
  };

/** A group is also what others are. */
function handedOn(said: SaidFound): SaidFound {
  if (said.since !== undefined) noteOthers();
  return said;
}

/** Which of two it is the directory may know; of a group that is too large it says no more. */
const doubted = (
  { isAsked, reason }: SaidDoubt,
  name: string,
  ask: () => Maybe<Outcome<Entry>>,
): Maybe<Outcome<Entry>> => (isAsked === true ? ask() : unknown('entry', name, reason));

const standIn = ({ value }: SaidStale, stale: Unknown): Found<Entry> => ({
  status: 'found',
  value,
  stale,
});

const denyUnreached = ({ mayDenyUnreached }: SaidAbsent, doubt: Unknown): Outcome<Entry> =>
  mayDenyUnreached && UNREACHED.has(doubt.cause) ? none('content', 'a mirror, for denyFor') : doubt;

/** Whoever is asked for may only be accepted. */
function lost(
  { isAsked }: SaidLost,
  name: string,
  ask: () => Maybe<Outcome<Entry>>,
): Maybe<Outcome<Entry>> {
  const doubt = unknown(
    'entry',
    name,
    'it or its members were lost a moment ago, or with too many others',
  );
  return isAsked === undefined ? doubt : andThen(ask(), (late) => (isServed(late) ? late : doubt));
}

/** Whether the directory says that somebody gets mail there. */
const isServed = (outcome: Outcome<Entry>): boolean =>
  outcome.status === 'found' &&
  outcome.value.some(
    ({ enabled, kind, members }) => enabled && (kind === 'account' || members.length > 0),
  );

/** Lets `judge` have the last word where the directory has none. */
const settled = (
  outcome: Maybe<Outcome<Entry>>,
  judge: (doubt: Unknown) => Outcome<Entry>,
): Maybe<Outcome<Entry>> =>
  andThen(outcome, (late) => (late.status === 'unknown' ? judge(late) : late));
