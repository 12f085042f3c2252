import { Handover } from '../feed/handover.ts';
import type { Follow } from '../feed/listed.ts';
import { createEntering } from './entering.ts';
import { createFollowing } from './following.ts';
import { type Pacing, systemPacing } from './pacing.ts';
import { createPassed } from './passed.ts';
import { takeTold } from './taking.ts';
import type { Together } from './told.ts';
import { createWatching, type Place, type Told } from './watching.ts';

/** A feed that daemons share: one follows the directory, the others take what it was told. */
export interface SharedFeed {
  readonly follow: Follow;
  /** Whose changes are taken; absent: this daemon follows by itself. */
  readonly takenFrom: () => string | undefined;
}

export interface SharingOptions {
  /** The directory's own. */
  readonly follow: Follow;
  readonly together: Together;
  /** Absent: the machine's. */
  readonly pacing?: Pacing;
}

/** Whoever knows nobody does not follow for all while somebody has told within this: another goes on, who knows more. */
const RECENT_MS = 30_000;

/** How long a daemon waits until it looks again whether it may ask for what it has missed, … */
const WAIT_MS = 2000;

/** … and how often, as nobody may hold it up for good: where nothing is told, where it is told, where everybody is to be listed. */
const MOST_WAITS = { silent: 8, told: 30, listing: 300 };

/**
 * Whoever does not reach the others for this, and for a part of the second, is alone: a start, and a moment in which the engine
 * is slow, let nobody read the directory for themselves.
 */
const ALONE_MS = 10_000;
const SPREAD_MS = 20_000;

/** How soon it tries again to reach them. */
const REACH_MS = 500;

/** More sessions than are ever known. */
const MOST_BROKEN = 100;

/** Ways are taken no faster than this. */
const SOON_MS = 100;

type Way =
  | { readonly do: 'lead' | 'catchUp' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'take'; readonly place: Place };

/** Shares a feed. Each call of `follow` goes one way, and ends by a `Handover` where another leads on. */
export function shareFeed({
  follow,
  pacing = systemPacing,
  ...options
}: SharingOptions): SharedFeed {
  /** Until then the turn is another's, whoever that may be. */
  let waivedUntil = Number.NEGATIVE_INFINITY;
  /** When somebody could say whose turn it is; or it began. */
  let reachedAt = pacing.now();
  const aloneMs = ALONE_MS + Math.random() * SPREAD_MS;
  const together: Together = {
    ...options.together,
    turn: async (what) => {
      if (what === 'follow' && pacing.now() < waivedUntil) return 'another';
      const turn = await options.together.turn(what);
      if (turn !== 'alone') reachedAt = pacing.now();
      return turn;
    },
  };
  const passed = createPassed(pacing);
  const seen = new Set<string>();
  const watching = createWatching(together, seen, pacing);
  const entering = createEntering({ together, watching, seen, pacing });
  let takenFrom: string | undefined;
  /** Where the mirror is, among what is told. */
  let here: Place | undefined;
  /** Sessions that lead nowhere from a line on, or from before it. */
  const broken = new Map<string, number>();
  let calledAt = Number.NEGATIVE_INFINITY;
  let planned: Way | undefined;
  let isGap = false;
  /** Everybody is to be listed anew (`idpmap mirror sync`): what was told before is no such listing. */
  let isSync = false;
  let waits = 0;
  const reached = (place: Place): void => {
    here = place;
  };
  const shared = { together, passed, seen, pacing, reached };
  const following = createFollowing({
    ...shared,
    follow,
    entering,
    waive: (ms) => {
      waivedUntil = pacing.now() + ms;
    },
    setGap: (is) => {
      isGap = is === 'gap';
    },
  });

  const isBroken = (place: Place): boolean =>
    place.n <= (broken.get(place.session) ?? Number.NEGATIVE_INFINITY) ||
    watching.around(place).after.some((session) => broken.has(session));
  const breakAt = (session: string, n: number): void => {
    broken.set(session, Math.max(n, broken.get(session) ?? 0));
    const [oldest] = broken.keys();
    if (broken.size > MOST_BROKEN && oldest !== undefined) broken.delete(oldest);
  };

  const enter = (cursor: string | undefined, told: Told | undefined): Place | undefined => {
    if (isSync) return undefined;
    const mine = here?.session === told?.session ? here : undefined;
    const place =
      mine !== undefined && mine.cursor === cursor ? mine : watching.find(cursor, passed.has);
    return place !== undefined && isBroken(place) ? undefined : place;
  };

  const waitOrAsk = async (cursor: string | undefined, told: Told | undefined): Promise<Way> => {
    const kind = cursor === undefined ? 'listing' : 'told';
    const isHeldUp = waits >= MOST_WAITS[told === undefined ? 'silent' : kind];
    if (isHeldUp) return { do: 'catchUp' };
    const mayAsk = told !== undefined && (await together.turn('catch up')) === 'ours';
    if (mayAsk) return { do: 'catchUp' };
    waits += 1;
    return { do: 'wait', ms: Math.trunc(WAIT_MS * (0.5 + Math.random())) };
  };

  const choose = async (cursor: string | undefined): Promise<Way> => {
    const turn = await together.turn('follow');
    if (turn === 'alone')
      return pacing.now() < reachedAt + aloneMs ? { do: 'wait', ms: REACH_MS } : { do: 'catchUp' };
    const told = await watching.look();
    const isTold = told !== undefined && pacing.now() < told.heardAt + RECENT_MS;
    const mayLead = cursor !== undefined || isGap || !isTold;
    if (turn === 'ours' && mayLead) return { do: 'lead' };
    if (turn === 'ours') together.giveUp('follow');
    const place = enter(cursor, told);
    return place === undefined ? waitOrAsk(cursor, told) : { do: 'take', place };
  };

  /** The way that was found when the last one ended, where it still leads on. */
  const plannedFrom = (cursor: string | undefined): Way | undefined => {
    if (planned?.do !== 'take') return planned;
    const { place } = planned;
    return place.cursor === cursor && !isBroken(place) ? planned : undefined;
  };

  /** What is told there was so before what is known, in part: nobody is answered from it until a mark says when that is. */
  const goBack = ({ session, n, id, cursor }: Place): never => {
    planned = { do: 'take', place: { session, n, id, ...(cursor !== undefined && { cursor }) } };
    throw new Handover('another daemon tells from before here on', 'behind');
  };

  const take = (place: Place, signal: AbortSignal): ReturnType<Follow> => {
    if (place.isBehind === true) goBack(place);
    const { before, after } = watching.around(place);
    for (const cursor of before) passed.add(cursor);
    // They begin once more for whoever comes from before them.
    for (const session of after) seen.delete(session);
    return takeTold(
      {
        ...shared,
        moved: (next) => {
          here = next;
          if (next === undefined) breakAt(place.session, place.n);
          else planned = { do: 'take', place: next };
        },
        dropped: (n) => breakAt(place.session, n),
        deaf: () => {
          planned = { do: 'catchUp' };
        },
        taken: (by) => {
          takenFrom = by ?? takenFrom;
        },
      },
      place,
      signal,
    );
  };

  /** Whoever knows nobody has passed nothing; whoever did, and lost nothing, was told to list everybody. */
  const forget = (): void => {
    if (passed.clear() && planned === undefined) isSync = !isGap;
  };

  const wait = async (ms: number, signal: AbortSignal): Promise<never> => {
    await pacing.pause(ms, signal);
    throw new Handover('another daemon asks for what it has missed, or none is reached yet');
  };

  return {
    takenFrom: () => takenFrom,
    follow: async function* (cursor, signal) {
      // However often another way leads on, nobody is kept busy by it.
      if (pacing.now() < calledAt + SOON_MS) await pacing.pause(SOON_MS, signal);
      calledAt = pacing.now();
      if (cursor === undefined) forget();
      const way = plannedFrom(cursor) ?? (await choose(cursor));
      planned = undefined;
      signal.throwIfAborted();
      if (way.do === 'wait') await wait(way.ms, signal);
      waits = 0;
      if (way.do === 'take') yield* take(way.place, signal);
      takenFrom = undefined;
      isSync = false;
      yield* following[way.do === 'lead' ? 'lead' : 'catchUp'](cursor, signal);
    },
  };
}
