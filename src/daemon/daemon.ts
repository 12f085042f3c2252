import { createCoarseClock, wallClock } from '../clock.ts';
import type { Settings } from '../config/schema.ts';
import { type ControlServer, openControl } from '../control/server.ts';
import { type Endpoint, formatEndpoint } from '../endpoint.ts';
import type { Phase } from '../http/health.ts';
import type { Log, ShowAddress } from '../log.ts';
import { createRouter, type MapFigures } from '../maps/router.ts';
import { createTraces, tracing } from '../maps/traces.ts';
import { createSocketmapServer } from '../socketmap/server.ts';
import type { Takeover } from '../socketmap/tcp.ts';
import { createHandlers } from './commands.ts';
import { listChangedLater } from './later.ts';
import { limitsOf, listEndpoints, type OpenListener, openListeners } from './listeners.ts';
import { buildRoutes } from './routes.ts';
import { createSaver } from './saver.ts';
import {
  closeState,
  createState,
  proveState,
  retireState,
  type State,
  type StateOptions,
} from './state.ts';
import { connectToFormer } from './takeover.ts';
import { openWeb, type Web } from './web.ts';

export interface DaemonOptions {
  readonly settings: Settings;
  readonly controlPath: string;
  readonly log: Log;
  readonly showAddress: ShowAddress;
  /** Take the endpoints over from a daemon that is running, and let it stop; absent: that is an error. */
  readonly takeover?: Takeover;
  /** Absent: the directories' own adapters. */
  readonly open?: StateOptions['open'];
}

/** A running daemon. */
export interface Daemon {
  /** Where it listens now. */
  readonly endpoints: () => readonly Endpoint[];
  /** Where it serves HTTP; absent: that is off. */
  readonly http?: Endpoint;
  /** Swaps to other settings; where they can't be used, all stays as it is. Resolves to whether they are. */
  reload(settings: Settings): Promise<boolean>;
  /** Answers what is in flight, ends all within 1.5 s. Again: the same promise. */
  stop(): Promise<void>;
  /** Resolves when it has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
  /** Counts a configuration that could not even be read. */
  countFailedReload(): void;
}

/** A Pod's sidecar gets 2 s when Postfix has used up the time; the rest is for the process to end. */
const DRAIN_MS = 1500;

/** How long a take-over waits for its directories: one that is down must not keep it from its work. */
const TAKEOVER_MS = 5000;

/**
 * Starts the daemon: once this resolves it listens, whatever state its directories are in.
 * @throws {Error} where an endpoint can't be opened, or a directory or map can't be made
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, showAddress, controlPath, takeover } = options;
  const clock = createCoarseClock();
  const maps: MapFigures = new Map();
  const reloads = { succeeded: 0, failed: 0, isLastGood: true, lastGoodAt: wallClock.now() };
  const stateOptions = { clock, log, showAddress, ...(options.open && { open: options.open }) };
  const stopped = Promise.withResolvers<void>();
  const stopAsked = Promise.withResolvers<void>();
  let state: State = await createState(options.settings, stateOptions);
  const traces = createTraces(clock);
  const createRoute = () => tracing(createRouter(state.routes.maps, maps, log), traces);
  let route = createRoute();
  let phase: Phase = 'starting';
  let open: readonly OpenListener[] = [];
  let control: ControlServer | undefined;
  let web: Web | undefined;
  let stopping: Promise<void> | undefined;
  let reloading: Promise<unknown> = Promise.resolve();
  let leaving: Promise<void> = Promise.resolve();

  const server = createSocketmapServer({
    route: (map, key, context) => route(map, key, context),
    hasMap: (name) => state.routes.maps.has(name),
    clock,
    deadlineMs: () => state.settings.deadline,
    limits: limitsOf(options.settings),
    log,
  });
  const saver = createSaver(options.settings, { served: () => state.served, clock, log });

  const close = async (): Promise<void> => {
    phase = 'draining';
    log.info({}, 'stopping: answering what is in flight');
    await Promise.all([server.drain(DRAIN_MS), leaving]);
    await web?.close();
    saver.stop();
    await saver.save();
    await control?.close();
    await closeState(state);
    clock.stop();
    log.info({}, 'stopped');
    stopped.resolve();
  };
  const stop = (): Promise<void> => {
    stopAsked.resolve();
    stopping ??= reloading.then(close);
    return stopping;
  };

  const answerFrom = (next: State): void => {
    state = next;
    route = createRoute();
  };

  const swap = async (settings: Settings): Promise<void> => {
    const next = await createState(settings, stateOptions, state);
    const former = { state, open };
    try {
      open = await openListeners(server, settings.listen, former.open);
    } catch (error) {
      await retireState(next, state);
      throw error;
    }
    answerFrom(next);
    leaving = leave(former, next);
    // Draining takes its time: a stop that comes meanwhile drains the rest beside it, not after it.
    await Promise.race([leaving, stopAsked.promise]);
  };

  /** Ends what serves no more. The new settings serve by now, whatever happens here. */
  const leave = async (
    former: { readonly state: State; readonly open: typeof open },
    next: State,
  ): Promise<void> => {
    const listeners = former.open.filter((each) => !open.includes(each));
    try {
      await Promise.all([
        retireState(former.state, next),
        ...listeners.map(({ listener }) => listener.close(DRAIN_MS)),
      ]);
    } catch (error) {
      log.error({ err: error }, 'an endpoint that is not configured any more could not be closed');
    }
  };

  const countFailedReload = (): void => {
    reloads.failed += 1;
    reloads.isLastGood = false;
  };

  const reload = async (settings: Settings): Promise<boolean> => {
    const before = state.settings;
    try {
      await swap(settings);
    } catch (error) {
      // Memories may have other sizes by now, and be other objects: those that are kept are those that answer.
      answerFrom({ ...state, routes: buildRoutes(state.settings, state.served) });
      countFailedReload();
      log.error({ err: error }, 'the new configuration can’t be used, the old one serves on');
      return false;
    }
    Object.assign(reloads, { isLastGood: true, lastGoodAt: wallClock.now() });
    reloads.succeeded += 1;
    log.info(describe(), 'configuration reloaded');
    for (const setting of listChangedLater(before, settings))
      log.warn({ setting }, 'this setting changes at the next start only');
    return true;
  };

  const describe = () => ({
    endpoints: listEndpoints(open).map(formatEndpoint),
    http: web?.endpoint === undefined ? 'off' : formatEndpoint(web.endpoint),
    maps: [...state.routes.maps.keys()],
    directories: [...state.served.keys()],
    domains: Object.keys(state.settings.domains).length,
  });

  /** Undoes a start that failed. */
  const giveUp = async (): Promise<void> => {
    await server.drain(0);
    await web?.close();
    saver.stop();
    await control?.close();
    await closeState(state);
    clock.stop();
  };

  const former = takeover === 'yes' ? await connectToFormer(controlPath) : undefined;
  try {
    const handlers = createHandlers({
      state: () => state,
      route: (map, key, context) => route(map, key, context),
      traces,
      clock,
      figures: { socketmap: server.figures, maps, reloads },
      save: saver.save,
      stop: () => {
        // Another has taken over: who asks for metrics or health from now on shall meet that one.
        void web?.close();
        void stop();
      },
    });
    const sources = {
      state: () => state,
      maps,
      socketmap: server.figures,
      reloads,
      phase: () => phase,
      endpoints: () => listEndpoints(open),
      clock,
    };
    web = await openWeb({ sources, handlers, log, ...(takeover && { takeover }) });
    await saver.load();
    // While another still answers there is time: nobody's question should meet a directory that is not open yet.
    if (former !== undefined) await proveState(state, TAKEOVER_MS);
    open = await openListeners(server, state.settings.listen, [], takeover);
    control = await openControl(controlPath, handlers, log, takeover);
    phase = 'ready';
    await former?.send('drain', {});
  } catch (error) {
    await giveUp();
    throw error;
  } finally {
    former?.close();
  }
  log.info({ ...describe(), control: controlPath }, 'listening');

  return {
    endpoints: () => listEndpoints(open),
    ...(web.endpoint && { http: web.endpoint }),
    reload: (settings) => {
      const done = reloading.then(() => (stopping === undefined ? reload(settings) : false));
      reloading = done;
      return done;
    },
    stop,
    stopped: stopped.promise,
    countFailedReload,
  };
}
