import type { ReloadFigures } from '../http/metrics/sources.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason.ts';
import type { Settings } from '../settings.ts';
import { settlesWithin } from '../settle.ts';
import type { SocketmapServer } from '../socketmap/server.ts';
import type { Serving } from './answering.ts';
import { bindListeners, DRAIN_MS, type OpenListener } from './listeners.ts';
import { listChangedLater } from './restartonly.ts';
import {
  awaitLists,
  createState,
  enterState,
  followState,
  retireState,
  type State,
  type StateOptions,
} from './state.ts';

export interface ReloaderOptions {
  readonly serving: () => Serving;
  /** Lets this state answer at these listeners from now on. */
  readonly serve: (state: State, open: readonly OpenListener[]) => void;
  readonly server: SocketmapServer;
  readonly stateOptions: StateOptions;
  /** Tells what is served, for the log. */
  readonly describe: () => object;
  readonly log: Log;
}

/** Swaps a daemon to other settings, one after the other. */
export interface Reloader {
  /** Swaps; where the settings can't be used, all stays as it is. Resolves to whether they are. */
  readonly reload: (settings: Settings) => Promise<boolean>;
  /** Counts a configuration that could not even be read, for this reason. */
  readonly countFailed: (reason: string) => void;
  /**
   * Takes no more settings; resolves when none are being swapped to, after `withinMs` at the latest: a swap that takes
   * longer is abandoned, and never serves.
   */
  readonly end: (withinMs: number) => Promise<void>;
  /** Resolves when what the last swap removed has ended. */
  readonly left: () => Promise<void>;
  readonly figures: ReloadFigures;
}

/** How long a reload waits for the first list of a directory that lists domains from now on. */
const LISTS_MS = 2000;

/** Creates the reloader of a daemon. */
export function createReloader(options: ReloaderOptions): Reloader {
  const { serving, serve, log } = options;
  const figures: { -readonly [Name in keyof ReloadFigures]: ReloadFigures[Name] } = {
    succeeded: 0,
    failed: 0,
    isLastGood: true,
    lastGoodAt: performance.now(),
  };
  const ending = Promise.withResolvers<void>();
  let isEnding = false;
  let isAbandoned = false;
  let last: Promise<unknown> = Promise.resolve();
  let leaving: Promise<void> = Promise.resolve();

  const goOn = (): void => {
    if (isAbandoned) throw new Error('the daemon stops');
  };
  const swap = async (settings: Settings): Promise<void> => {
    const former = serving();
    const next = await createState(settings, options.stateOptions, former.state);
    try {
      goOn();
      await Promise.race([awaitLists(next, LISTS_MS, former.state), ending.promise]);
      goOn();
      const listeners = await bindListeners(options.server, settings.listen, former.open);
      await listeners.publish(goOn);
      enterState(next);
      serve(next, listeners.all);
      followState(next);
    } catch (error) {
      await retireState(next, former.state);
      throw error;
    }
    leaving = leave(former, serving());
    // That takes its time: a stop that comes meanwhile drains the rest beside it, not after it.
    await Promise.race([leaving, ending.promise]);
  };

  /** Ends what serves no more. The new settings serve by now, whatever happens here. */
  const leave = async (former: Serving, now: Serving): Promise<void> => {
    const listeners = former.open.filter((each) => !now.open.includes(each));
    try {
      await Promise.all([
        retireState(former.state, now.state),
        ...listeners.map(({ listener }) => listener.close(DRAIN_MS)),
      ]);
    } catch (error) {
      log.error({ err: error }, 'an endpoint that is not configured any more could not be closed');
    }
  };

  const countFailed = (reason: string): void => {
    figures.failed += 1;
    figures.isLastGood = false;
    figures.refusal = reason;
  };

  const reload = async (settings: Settings): Promise<boolean> => {
    const before = serving().state.settings;
    try {
      await swap(settings);
    } catch (error) {
      countFailed(reasonOf(error));
      log.error({ err: error }, "the new configuration can't be used, the old one serves on");
      return false;
    }
    Object.assign(figures, { isLastGood: true, lastGoodAt: performance.now() });
    delete figures.refusal;
    figures.succeeded += 1;
    log.info(options.describe(), 'configuration reloaded');
    for (const setting of listChangedLater(before, settings))
      log.warn({ setting }, 'this setting changes at the next start only');
    return true;
  };

  return {
    reload: (settings) => {
      const done = last.then(() => (isEnding ? false : reload(settings)));
      last = done;
      return done;
    },
    countFailed,
    end: async (withinMs) => {
      isEnding = true;
      ending.resolve();
      isAbandoned = !(await settlesWithin(last, withinMs));
    },
    left: () => leaving,
    figures,
  };
}
