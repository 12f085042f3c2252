import type { ControlServer } from '../control/server.ts';
import type { Phase } from '../http/health.ts';
import { createStatus, type StatusReader } from '../http/status.ts';
import { isNamed } from '../maps/names.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { createSocketmapServer, type SocketmapServer } from '../socketmap/server.ts';
import { type Bequest, createBequest } from './inherit.ts';
import { DRAIN_MS, limitsOf, listEndpoints } from './listeners.ts';
import type { DaemonOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import { createReloader, type Reloader } from './reloader.ts';
import { createSaver, type Saver } from './saver.ts';
import { closeState } from './state.ts';
import { createStopping, endAll, type Stopping } from './stop.ts';
import { listUnwritten } from './unwritten.ts';
import type { Web, WebOptions } from './web.ts';

/** What is opened last, as far as it is. */
export interface Opened {
  web?: Web;
  control?: ControlServer;
  isReady: boolean;
}

/** The parts of a daemon, none of which is reached by anybody yet. */
export interface Parts {
  readonly server: SocketmapServer;
  readonly reloader: Reloader;
  readonly bequest: Bequest;
  readonly saver: Saver;
  /** What metrics, health and the page are made of. */
  readonly sources: WebOptions['sources'];
  readonly status: StatusReader;
  readonly stopping: Stopping;
  readonly opened: Opened;
  /** Tells what is served, for the log. */
  readonly describe: () => object;
  /** Ends what is left once nobody is answered any more; `save` writes what is remembered. */
  readonly closeRest: (save: () => Promise<void>) => Promise<void>;
}

/** How long a stop waits for what does not end by itself: a reload, a command, a directory. */
const END_MS = 500;

/** How long a stop waits for what is remembered to be written: longer, and the disk that it goes to hangs. */
const SAVE_MS = 10_000;

/** Makes the parts of what was prepared. */
export function assemble(options: DaemonOptions, prepared: Prepared): Parts {
  const { settings, log, showAddress } = options;
  const { clock, joined, answering, stateOptions } = prepared;
  const { kept } = prepared.inherited;
  const { now, serve, maps, unconfigured } = answering;
  const opened: Opened = { isReady: false };

  const server = createSocketmapServer({
    route: (map, key, context) => now().route(map, key, context),
    lastRepeat: () => now().lastRepeat(),
    hasMap: (name) => isNamed(now().state.routes.maps, name),
    clock,
    deadlineMs: () => now().state.settings.deadline,
    limits: limitsOf(settings),
    log,
    showAddress,
  });
  const served = () => now().state.served;
  const bequest = createBequest(options, kept, served, clock);
  const saver = createSaver(settings, { served, clock, log });
  const describe = () => ({
    endpoints: listEndpoints(now().open).map(formatEndpoint),
    http: opened.web?.endpoint === undefined ? 'off' : formatEndpoint(opened.web.endpoint),
    maps: [...now().state.routes.maps.keys()],
    directories: [...served().keys()],
    domains: Object.keys(now().state.settings.domains).length,
  });
  const reloader = createReloader({ serving: now, serve, server, stateOptions, describe, log });

  const phase = (): Phase => {
    if (stopping.isTold()) return 'draining';
    return opened.isReady ? 'ready' : 'starting';
  };
  const sources = {
    version: prepared.version,
    state: () => now().state,
    maps,
    socketmap: server.figures,
    reloads: reloader.figures,
    logged: options.logged ?? { dropped: 0 },
    phase,
    endpoints: () => listEndpoints(now().open),
    unconfigured,
    differences: prepared.differences,
    unwritten: () => listUnwritten({ state: kept, memory: saver }),
    ...joined.part,
    clock,
  };
  const status = createStatus(sources);

  /** Only memory is worth any wait: it is lost else. */
  const closeRest = async (save: () => Promise<void>): Promise<void> => {
    await endAll([() => opened.web?.close()], log, END_MS);
    saver.stop();
    status.stop();
    if (!bequest.isSucceeded()) await endAll([save], log, SAVE_MS);
    await endAll(
      [() => opened.control?.close(), () => closeState(now().state), () => joined.stop()],
      log,
      END_MS,
    );
    await endAll([kept.flush], log, END_MS);
    kept.stop();
    clock.stop();
  };
  const stopping = createStopping({
    drainMs: () => now().state.settings.drain,
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
  return {
    server,
    reloader,
    bequest,
    saver,
    sources,
    status,
    stopping,
    opened,
    describe,
    closeRest,
  };
}
