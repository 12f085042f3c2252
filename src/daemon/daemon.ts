import { createCoarseClock } from '../clock.ts';
import { type ControlServer, openControl } from '../control/server.ts';
import { createStatus } from '../http/status.ts';
import type { Log, ShowAddress } from '../log.ts';
import type { LineFigures } from '../logwriter.ts';
import { createDifferences } from '../maps/differences.ts';
import { isNamed } from '../maps/names.ts';
import { createRouter, type MapFigures, type MeteredRouter } from '../maps/router.ts';
import { createShadowing } from '../maps/shadowing.ts';
import { createTraces, tracing } from '../maps/traces.ts';
import { createUnconfigured } from '../maps/unconfigured.ts';
import type { Takeover } from '../net/binding.ts';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import type { Settings } from '../settings.ts';
import { createSocketmapServer } from '../socketmap/server.ts';
import { createHandlers } from './commands.ts';
import { openFleet } from './fleet.ts';
import { createBequest, inherit } from './inherit.ts';
import { bindListeners, DRAIN_MS, limitsOf, listEndpoints } from './listeners.ts';
import { createReloader, type Serving } from './reloader.ts';
import { createSaver } from './saver.ts';
import {
  closeState,
  createState,
  enterState,
  followState,
  readyState,
  type State,
  type StateOptions,
} from './state.ts';
import { createStopping, endAll } from './stop.ts';
import { endFormer } from './takeover.ts';
import { listUnwritten } from './unwritten.ts';
import { openWeb, readVersion, type Web } from './web.ts';

export interface DaemonOptions {
  readonly settings: Settings;
  readonly controlPath: string;
  readonly log: Log;
  /** What becomes of its lines; absent: none is dropped. */
  readonly logged?: LineFigures;
  readonly showAddress: ShowAddress;
  /** Where directories keep what they have to know again; absent: for as long as this process runs. */
  readonly statePath?: string;
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
  /** Answers and accepts as before for the setting `drain`, while `/readyz` says 503; then stops. */
  drain(): void;
  /** Answers what is in flight, ends all within 1.5 s, also while it drains. Again: the same promise. */
  stop(): Promise<void>;
  /** Resolves when it has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
  /** Counts a configuration that could not even be read, for this reason. */
  countFailedReload(reason: string): void;
}

/** How long a stop waits for what does not end by itself: a reload, a command, a directory. */
const END_MS = 500;

/** How long a stop waits for what is remembered to be written: longer, and the disk that it goes to hangs. */
const SAVE_MS = 10_000;

/** How long a take-over waits for its directories: one that is down must not keep it from its work. */
const TAKEOVER_MS = 5000;

/**
 * Starts the daemon: once this resolves it listens, whatever state its directories are in.
 * @throws {Error} where an endpoint can't be opened, or a directory or map can't be made
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, showAddress, controlPath, takeover } = options;
  const inherited = await inherit(options);
  const { former, kept } = inherited;
  const clock = createCoarseClock();
  const maps: MapFigures = new Map();
  const version = readVersion();
  let served: State['served'] = new Map();
  const giveUp = (error: unknown): never => {
    former?.close();
    kept.stop();
    clock.stop();
    throw error;
  };
  const joined = await openFleet(options.settings, () => served, { version, clock, log }).catch(
    giveUp,
  );
  const differences = createDifferences({ clock, log, showAddress });
  const stateOptions = {
    clock,
    shadowing: createShadowing({ differences, clock, log }),
    log,
    showAddress,
    kept: kept.keptOf,
    ...joined.part,
    ...(options.open && { open: options.open }),
  };
  const traces = createTraces(clock);
  const unconfigured = createUnconfigured(clock, log);
  const createTracedRouter = (state: State): MeteredRouter => {
    const { route, lastRepeat } = createRouter(state.routes.maps, maps, log, unconfigured);
    return { route: tracing(route, traces), lastRepeat };
  };
  const servingAt = (state: State, open: Serving['open']): Serving => {
    served = state.served;
    return { state, ...createTracedRouter(state), open };
  };
  const first = await createState(options.settings, stateOptions).catch(async (error: unknown) => {
    await joined.stop();
    return giveUp(error);
  });
  enterState(first);
  let serving = servingAt(first, []);
  let isReady = false;
  let control: ControlServer | undefined;
  let web: Web | undefined;

  const server = createSocketmapServer({
    route: (map, key, context) => serving.route(map, key, context),
    lastRepeat: () => serving.lastRepeat(),
    hasMap: (name) => isNamed(serving.state.routes.maps, name),
    clock,
    deadlineMs: () => serving.state.settings.deadline,
    limits: limitsOf(options.settings),
    log,
    showAddress,
  });
  const bequest = createBequest(options, kept, () => serving.state.served, clock);
  const saver = createSaver(options.settings, { served: () => serving.state.served, clock, log });
  const describe = () => ({
    endpoints: listEndpoints(serving.open).map(formatEndpoint),
    http: web?.endpoint === undefined ? 'off' : formatEndpoint(web.endpoint),
    maps: [...serving.state.routes.maps.keys()],
    directories: [...serving.state.served.keys()],
    domains: Object.keys(serving.state.settings.domains).length,
  });
  const reloader = createReloader({
    serving: () => serving,
    serve: (state, open) => {
      serving = servingAt(state, open);
    },
    server,
    stateOptions,
    describe,
    log,
  });

  const sources = {
    version,
    state: () => serving.state,
    maps,
    socketmap: server.figures,
    reloads: reloader.figures,
    logged: options.logged ?? { dropped: 0 },
    phase: () => {
      if (stopping.isTold()) return 'draining' as const;
      return isReady ? ('ready' as const) : ('starting' as const);
    },
    endpoints: () => listEndpoints(serving.open),
    unconfigured,
    differences,
    unwritten: () => listUnwritten({ state: kept, memory: saver }),
    ...joined.part,
    clock,
  };
  const status = createStatus(sources);

  /** Ends what is left once nobody is answered any more. Only memory is worth any wait: it is lost else. */
  const closeRest = async (save: () => Promise<void>): Promise<void> => {
    await endAll([() => web?.close()], log, END_MS);
    saver.stop();
    status.stop();
    if (!bequest.isSucceeded()) await endAll([save], log, SAVE_MS);
    await endAll(
      [() => control?.close(), () => closeState(serving.state), () => joined.stop()],
      log,
      END_MS,
    );
    await endAll([kept.flush], log, END_MS);
    kept.stop();
    clock.stop();
  };
  const stopping = createStopping({
    drainMs: () => serving.state.settings.drain,
    close: async () => {
      const until = clock.now() + DRAIN_MS;
      await reloader.end(END_MS);
      log.info({}, 'stopping: answering what is in flight');
      const drained = async (): Promise<void> => {
        await Promise.all([server.drain(until - clock.now()), reloader.left()]);
      };
      await endAll([drained], log, DRAIN_MS);
      await closeRest(saver.save);
      log.info({}, 'stopped');
    },
    log,
  });

  try {
    const handlers = createHandlers({
      state: () => serving.state,
      route: (map, key, context) => serving.route(map, key, context),
      traces,
      differences,
      ...joined.part,
      clock,
      figures: { socketmap: server.figures, maps, reloads: reloader.figures },
      status: status.read,
      save: saver.save,
      keep: kept.flush,
      handOver: bequest.handOver,
      stop: () => {
        bequest.succeed();
        // Another has taken over: who asks for metrics or health from now on shall meet that one.
        void web?.close();
        void stopping.stop();
      },
    });
    web = await openWeb({
      sources,
      status: status.read,
      handlers,
      log,
      ...(takeover && { takeover }),
    });
    await inherited.restore(serving.state.served, options.settings.cache.stale, clock);
    await saver.load();
    await joined.ready(served);
    // While another still answers there is time: nobody's question should meet a directory that is not open yet.
    if (former !== undefined)
      await Promise.all([readyState(serving.state, TAKEOVER_MS), web.load()]);
    const listeners = await bindListeners(server, serving.state.settings.listen, [], takeover);
    control = await openControl(controlPath, handlers, log, takeover);
    // Whatever can fail has not failed: only now does anybody lose a socket to this one.
    serving = { ...serving, open: listeners.all };
    isReady = true;
    for (const each of [listeners, web, control]) await each.publish();
  } catch (error) {
    former?.close();
    await server.drain(DRAIN_MS);
    await closeRest(async () => {});
    throw error;
  }
  if (former !== undefined) await endFormer(former, log);
  followState(serving.state);
  log.info({ ...describe(), control: controlPath }, 'listening');

  return {
    endpoints: () => listEndpoints(serving.open),
    ...(web.endpoint && { http: web.endpoint }),
    reload: reloader.reload,
    drain: stopping.drain,
    stop: stopping.stop,
    stopped: stopping.stopped,
    countFailedReload: reloader.countFailed,
  };
}
