import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { MirrorSettings } from '../config/settings/mirror.ts';
import type { Directory, Mark } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason.ts';
import type { Whole } from './answers.ts';
import type { Confirm } from './confirm.ts';
import { createErrands } from './errands.ts';
import { feed } from './feed.ts';
import type { MirrorFigures } from './figures.ts';
import { describeLoss } from './guard.ts';
import type { Order, Result, Standing } from './orders.ts';
import { openStore, type Store, tryOpenStore } from './store.ts';
import { ensureOwn, isOwn, setAside } from './storefile.ts';
import { createSweeper } from './sweep.ts';
import { isDamage, type OpenOrders, type Orders, openThread } from './thread.ts';
import { type Calendar, createTimeline, type Timeline } from './timeline.ts';

export interface KeeperOptions {
  /** The directory's. */
  readonly name: string;
  readonly settings: Pick<MirrorSettings, 'path' | 'guard' | 'grace'>;
  /** A digest of the settings that decide who is in it. */
  readonly fingerprint: string;
  readonly follow: NonNullable<Directory['follow']>;
  readonly confirm: Confirm;
  /** Something that was said may be otherwise now. */
  readonly changed: () => void;
  /** These are nobody's from now on: what is remembered of them counts no more. */
  readonly released: (addresses: readonly string[]) => void;
  readonly figures: MirrorFigures;
  readonly clock: Clock;
  readonly log: Log;
  /** Until this, another writes the file; absent: nobody does. */
  readonly after?: Promise<void>;
  /** Absent: the machine's. */
  readonly calendar?: Calendar;
  /** Where the file is written; absent: in a thread. */
  readonly open?: OpenOrders;
  readonly retryMs?: readonly number[];
}

/** Keeps one mirror's file, and follows its directory. */
export interface Keeper {
  /** Absent: nothing was ever listed whole, or can't be read. */
  readonly whole: () => Whole | undefined;
  readonly standing: () => Standing | undefined;
  readonly isInStep: () => boolean;
  readonly timeline: Timeline;
  /** Why the file can't be used; absent: it can. */
  readonly fault: () => string | undefined;
  /** The file could not be read, and why: it is opened anew, or set aside. */
  readonly broken: (error: unknown) => void;
  /** Lets go who is held: at once, or as soon as those who were only left out could be asked for. */
  readonly accept: () => void;
  /** Lists everybody anew; resolves when that has ended. */
  readonly sync: () => Promise<void>;
  /** Does something in the feed's place, which goes on after it. */
  readonly meanwhile: <T>(work: (store: Store, signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly begin: () => void;
  readonly tick: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A feed that is a little late is none that failed. */
const SLACK_MS = 5000;
const TICK_MS = 1000;

/** How soon a file that can't be used is tried again. */
const FILE_RETRY_MS = 30_000;

/** How long a stop waits for a feed that does not end by itself. */
const STOP_MS = 2000;

/** Opens what a former process left, if anything: it stands in at once. Nothing is written before `begin`. Never rejects. */
export async function openKeeper(options: KeeperOptions): Promise<Keeper> {
  const { name, settings, fingerprint, figures, clock, log } = options;
  const { path } = settings;
  const life = new AbortController();
  let following = new AbortController();
  let store: Store | undefined = (await isOwn(path)) ? tryOpenStore(path) : undefined;
  let orders: Orders | undefined;
  let standing: Standing | undefined;
  let whole: Whole | undefined;
  let inStepUntil = Number.NEGATIVE_INFINITY;
  let wasInStep = false;
  const errands = createErrands();
  let fault: string | undefined;
  let failure: Error | undefined;
  let running: Promise<void> | undefined;
  let ticking: NodeJS.Timeout | undefined;
  const timeline = createTimeline(clock, store?.written(), options.calendar);

  const isInStep = (): boolean => clock.now() < inStepUntil;

  /** Takes how it stands now. */
  const stand = (next: Standing | undefined): void => {
    standing = next;
    const syncedAt = next?.syncedAt;
    whole =
      store === undefined || next === undefined || syncedAt === undefined
        ? undefined
        : { store, standing: next, syncedAt, inStepUntil };
  };
  const closeReader = (): void => {
    store?.close();
    store = undefined;
    stand(standing);
  };

  if (store !== undefined) {
    const now = store.standing();
    // Whom other settings leave out, they say nothing of.
    stand(store.fingerprint() === fingerprint ? now : { ...now, isWhole: false });
  }

  const tellHeld = (before: Standing | undefined, now: Standing): void => {
    if (before?.isHeld === now.isHeld) return;
    if (now.isHeld)
      log.error(
        { directory: name, reason: describeLoss(now) },
        `people vanish from the mirror: they are held and go on receiving until idpmap accept ${name}`,
      );
    else if (before !== undefined)
      log.info({ directory: name }, 'nobody is held in the mirror any more');
  };

  const give = async (order: Order): Promise<Result> => {
    if (orders === undefined) throw new Error('the mirror is not open');
    const result = await orders.give(order);
    const before = standing;
    const { released = [] } = result;
    const { put, gone, unchanged, dropped } = result;
    figures.changes.put += put;
    figures.changes.gone += gone;
    figures.changes.unchanged += unchanged;
    figures.dropped += dropped;
    stand(result.standing);
    const { isHeld, lost } = result.standing;
    const isSame = put + gone === 0 && before?.isHeld === isHeld && before.lost === lost;
    if (!isSame) options.changed();
    if (released.length > 0) options.released(released);
    tellHeld(before, result.standing);
    return result;
  };

  const noteStep = (): void => {
    const now = isInStep();
    if (now === wasInStep) return;
    wasInStep = now;
    options.changed();
    const words = now ? 'in step' : 'out of step: lookups ask the directory';
    log.info({ directory: name }, `the mirror is ${words}`);
  };
  const lostStep = (): void => {
    inStepUntil = Number.NEGATIVE_INFINITY;
    stand(standing);
    noteStep();
  };
  const marked = ({ nextMs, toldMs = 0 }: Pick<Mark, 'nextMs' | 'toldMs'>): void => {
    inStepUntil = clock.now() + 2 * nextMs + SLACK_MS - toldMs;
    fault = undefined;
    stand(standing);
    noteStep();
    errands.marked();
  };

  const openFile = async (): Promise<void> => {
    await ensureOwn(path);
    orders = (options.open ?? openThread)({ path, fingerprint, guard: settings.guard });
    const { standing: now } = await orders.give({ do: 'begin' });
    closeReader();
    store = openStore(path);
    stand(now);
    tellHeld(undefined, now);
    fault = undefined;
  };

  const serve = async (): Promise<void> => {
    await openFile();
    while (!life.signal.aborted) {
      // It may have been found by a question, before this began or while it told.
      if (failure !== undefined) throw failure;
      following = new AbortController();
      const signal = AbortSignal.any([life.signal, following.signal]);
      const cursor = standing?.progress?.cursor;
      const failed = (reason: string): void => {
        fault = reason;
      };
      await feed({ ...options, give, timeline, marked, lostStep, failed }, cursor, signal);
      await errands.run();
    }
  };

  const closeFile = async (): Promise<void> => {
    closeReader();
    await orders?.close();
    orders = undefined;
  };

  /** Tells what is wrong with the file, and whether it is out of the way. */
  const mend = async (error: unknown): Promise<boolean> => {
    fault = reasonOf(error);
    const isDamaged = isDamage(error);
    const words = isDamaged
      ? 'the mirror is damaged: it is set aside, and all are listed anew'
      : "the mirror can't be used: lookups ask the directory";
    log.error({ directory: name, path, reason: fault }, words);
    stand(undefined);
    if (!isDamaged) return false;
    return setAside(path).then(
      () => true,
      () => false,
    );
  };

  const run = async (): Promise<void> => {
    await options.after;
    while (!life.signal.aborted) {
      try {
        await serve();
      } catch (error) {
        failure = undefined;
        lostStep();
        await closeFile();
        if (life.signal.aborted || (await mend(error))) continue;
        const ms = options.retryMs?.[0] ?? FILE_RETRY_MS;
        await delay(ms, undefined, { signal: life.signal }).catch(() => {});
      }
    }
  };

  const sweeper = createSweeper({
    ...options,
    standing: () => (orders === undefined ? undefined : standing),
    give,
    now: () => timeline.at(),
    graceMs: settings.grace,
  });
  const tick = async (): Promise<void> => {
    noteStep();
    await sweeper.sweep();
  };

  return {
    whole: () => whole,
    standing: () => standing,
    isInStep,
    timeline,
    fault: () => fault,
    broken: (error) => {
      failure = error instanceof Error ? error : new Error(reasonOf(error));
      fault = reasonOf(error);
      closeReader();
      following.abort();
    },
    accept: sweeper.accept,
    sync: async () => {
      const forgotten = errands.ask(() => give({ do: 'forget' }));
      following.abort();
      await forgotten;
      await errands.nextMark();
    },
    meanwhile: (work) => {
      const done = errands.ask(async () => {
        if (store === undefined) throw new Error('the mirror can not be read');
        return work(store, life.signal);
      });
      following.abort();
      return done;
    },
    begin: () => {
      if (running !== undefined || life.signal.aborted) return;
      ticking = setInterval(() => void tick(), TICK_MS);
      ticking.unref();
      running = run();
    },
    tick,
    stop: async () => {
      life.abort();
      clearInterval(ticking);
      errands.stop();
      await Promise.race([running, delay(STOP_MS, undefined, { ref: false })]);
      await closeFile();
    },
  };
}
