import { setTimeout as delay } from 'node:timers/promises';
import type { MirrorSettings } from '../config/settings/mirror.ts';
import type { Directory, Mark } from '../directory/directory.ts';
import type { HoldingRules } from '../directory/people/owners.ts';
import { errorOf, reasonOf } from '../reason.ts';
import type { Whole } from './answers.ts';
import { concernOf, type Stood } from './concern.ts';
import { type CopyOptions, createCopy } from './copy.ts';
import type { Confirm } from './feed/confirm.ts';
import { createErrands } from './feed/errands.ts';
import { feed } from './feed/feed.ts';
import { createSweeper } from './feed/sweep.ts';
import type { MirrorFigures } from './figures.ts';
import { createInspector } from './store/inspector.ts';
import type { Order, Result, Standing } from './store/orders.ts';
import { openStore, type Store, tryOpenStore } from './store/store.ts';
import { ensureOwn, isOwn, setAside } from './store/storefile.ts';
import { isDamage, type OpenOrders, type Orders, openThread } from './store/thread.ts';
import { type Calendar, createTimeline, type Timeline } from './store/timeline.ts';

export interface KeeperOptions extends Omit<CopyOptions, 'store'> {
  readonly settings: Pick<MirrorSettings, 'path' | 'guard' | 'grace'>;
  readonly follow: NonNullable<Directory['follow']>;
  readonly confirm: Confirm;
  /** How addresses may be held: as the directory itself goes by. */
  readonly rules: HoldingRules;
  /** These are nobody's from now on: what is remembered of them counts no more. */
  readonly released: (addresses: readonly string[]) => void;
  readonly figures: MirrorFigures;
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
  /** How changes reach it; absent: it does not say, or none came yet. */
  readonly feed: () => string | undefined;
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

const TICK_MS = 1000;

/** How soon a file that can't be used is tried again. */
const FILE_RETRY_MS = 30_000;

/** How long a stop waits for a feed that does not end by itself. */
const STOP_MS = 2000;

/** Opens what a former process left, if anything: it stands in at once. Nothing is written before `begin`. Never rejects. */
export async function openKeeper(options: KeeperOptions): Promise<Keeper> {
  const { name, settings, fingerprint, rules, figures, clock, log } = options;
  const { path } = settings;
  const life = new AbortController();
  let following = new AbortController();
  const left = (await isOwn(path)) ? tryOpenStore(path) : undefined;
  const copy = createCopy({ ...options, store: left });
  let orders: Orders | undefined;
  const errands = createErrands();
  let fault: string | undefined;
  let failure: Error | undefined;
  let feedName: string | undefined;
  let running: Promise<void> | undefined;
  let ticking: NodeJS.Timeout | undefined;
  const timeline = createTimeline(clock, left?.written(), options.calendar);

  const stood = (): Stood => ({
    standing: copy.standing(),
    isWhole: copy.whole() !== undefined,
  });
  const give = async (order: Order): Promise<Result> => {
    if (orders === undefined) throw new Error('the mirror is not open');
    const result = await orders.give(order);
    const before = stood();
    const { put, gone, unchanged, dropped, released = [] } = result;
    figures.changes.put += put;
    figures.changes.gone += gone;
    figures.changes.unchanged += unchanged;
    figures.dropped += dropped;
    copy.tell(before.standing, result.standing);
    const concern = concernOf(result, before, stood());
    if (concern === 'all') options.changed();
    else if (concern.length > 0) options.changed(concern);
    if (released.length > 0) options.released(released);
    return result;
  };

  const marked = (mark: Mark): void => {
    fault = undefined;
    feedName = mark.feed;
    copy.marked(mark);
    errands.marked();
  };

  const openFile = async (): Promise<void> => {
    await ensureOwn(path);
    orders = (options.open ?? openThread)({ path, fingerprint, guard: settings.guard, rules });
    const { standing: now } = await orders.give({ do: 'begin' });
    copy.read(openStore(path));
    copy.tell(undefined, now);
    fault = undefined;
    void inspect();
  };

  const serve = async (): Promise<void> => {
    await openFile();
    while (!life.signal.aborted) {
      // It may have been found by a question, before this began or while it told.
      if (failure !== undefined) throw failure;
      following = new AbortController();
      const signal = AbortSignal.any([life.signal, following.signal]);
      const cursor = copy.standing()?.progress?.cursor;
      const failed = (reason: string): void => {
        fault = reason;
      };
      const { lostStep } = copy;
      await feed({ ...options, give, timeline, marked, lostStep, failed }, cursor, signal);
      await errands.run();
    }
  };

  const closeWriter = async (): Promise<void> => {
    await orders?.close();
    orders = undefined;
  };
  const closeReader = (): void => {
    copy.read();
    copy.stand(undefined);
  };

  /** Tells what is wrong with the file, and whether it is out of the way. */
  const mend = async (error: unknown): Promise<boolean> => {
    fault = reasonOf(error);
    const isDamaged = isDamage(error);
    if (isDamaged) closeReader();
    const words = isDamaged
      ? 'the mirror is damaged: it is set aside, and all are listed anew'
      : "the mirror can't be written: lookups ask the directory, and what can be read of it stands in";
    log.error({ directory: name, path, reason: fault }, words);
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
        // A disk that is full, or was turned read-only, keeps nobody from reading what is there.
        if (failure !== undefined) closeReader();
        failure = undefined;
        copy.lostStep();
        await closeWriter();
        if (life.signal.aborted || (await mend(error))) continue;
        const ms = options.retryMs?.[0] ?? FILE_RETRY_MS;
        await delay(ms, undefined, { signal: life.signal }).catch(() => {});
      }
    }
  };

  const broken = (error: unknown): void => {
    failure = errorOf(error);
    fault = reasonOf(error);
    copy.read();
    // What was said of late was read there, too.
    copy.lostStep();
    following.abort();
  };
  const standing = (): Standing | undefined => (orders === undefined ? undefined : copy.standing());
  const inspect = createInspector({ standing, give, broken, clock });
  const sweeper = createSweeper({
    ...options,
    standing,
    give,
    now: () => timeline.at(),
    graceMs: settings.grace,
  });
  const tick = async (): Promise<void> => {
    copy.noteStep();
    await inspect();
    await sweeper.sweep();
  };

  return {
    whole: copy.whole,
    standing: copy.standing,
    isInStep: copy.isInStep,
    timeline,
    fault: () => fault,
    feed: () => feedName,
    broken,
    accept: sweeper.accept,
    sync: async () => {
      const forgotten = errands.ask(() => give({ do: 'forget' }));
      following.abort();
      await forgotten;
      await errands.nextMark();
    },
    meanwhile: (work) => {
      const done = errands.ask(async () => {
        const store = copy.store();
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
      closeReader();
      await closeWriter();
    },
  };
}
