import type { Handlers } from '../control/protocol.ts';
import { openControl } from '../control/server.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { Settings } from '../settings.ts';
import { assemble, type Parts } from './assemble.ts';
import { createHandlers } from './commands.ts';
import { bindListeners, DRAIN_MS, listEndpoints } from './listeners.ts';
import type { DaemonOptions } from './options.ts';
import { type Prepared, prepare } from './prepare.ts';
import { followState, readyState } from './state.ts';
import { endFormer } from './takeover.ts';
import { openWeb, readVersion } from './web.ts';

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

/** How long a take-over waits for its directories: one that is down must not keep it from its work. */
const TAKEOVER_MS = 5000;

/**
 * Starts the daemon: once this resolves it listens, whatever state its directories are in.
 * @throws {Error} where an endpoint can't be opened, or a directory or map can't be made
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, controlPath } = options;
  const version = readVersion();
  const prepared = await prepare(options, version);
  const { answering, inherited } = prepared;
  const { former } = inherited;
  const parts = assemble(options, prepared);
  const { server, reloader, stopping, opened, describe, closeRest } = parts;
  try {
    await open(options, prepared, parts);
  } catch (error) {
    former?.close();
    await server.drain(DRAIN_MS);
    await closeRest(async () => {});
    throw error;
  }
  if (former !== undefined) await endFormer(former, log);
  followState(answering.now().state);
  log.info({ ...describe(), control: controlPath }, 'listening');

  return {
    endpoints: () => listEndpoints(answering.now().open),
    ...(opened.web?.endpoint && { http: opened.web.endpoint }),
    reload: reloader.reload,
    drain: stopping.drain,
    stop: stopping.stop,
    stopped: stopping.stopped,
    countFailedReload: reloader.countFailed,
  };
}

/** Opens all endpoints, and lets nobody reach any of them before the last is there. */
async function open(options: DaemonOptions, prepared: Prepared, parts: Parts): Promise<void> {
  const { settings, controlPath, log, takeover } = options;
  const { clock, inherited, joined, answering } = prepared;
  const { server, saver, sources, status, opened } = parts;
  const { state } = answering.now();
  const handlers = handlersOf(prepared, parts);
  const web = await openWeb({
    sources,
    status: status.read,
    handlers,
    log,
    ...(takeover && { takeover }),
  });
  opened.web = web;
  await inherited.restore(state.served, settings.cache.stale, clock);
  await saver.load();
  await joined.ready(state.served);
  // While another still answers there is time: nobody's question should meet a directory that is not open yet.
  if (inherited.former !== undefined)
    await Promise.all([readyState(state, TAKEOVER_MS), web.load()]);
  const listeners = await bindListeners(server, settings.listen, [], takeover);
  const control = await openControl(controlPath, handlers, log, takeover);
  opened.control = control;
  // Whatever can fail has not failed: only now does anybody lose a socket to this one.
  answering.listenAt(listeners.all);
  opened.isReady = true;
  for (const each of [listeners, web, control]) await each.publish();
}

function handlersOf(
  { inherited, joined, answering, differences, clock }: Prepared,
  { server, reloader, bequest, saver, status, stopping, opened }: Parts,
): Handlers {
  const { now, maps, traces } = answering;
  return createHandlers({
    state: () => now().state,
    route: (map, key, context) => now().route(map, key, context),
    traces,
    differences,
    ...joined.part,
    clock,
    figures: { socketmap: server.figures, maps, reloads: reloader.figures },
    status: status.read,
    save: saver.save,
    keep: inherited.kept.flush,
    handOver: bequest.handOver,
    stop: () => {
      bequest.succeed();
      // Another has taken over: who asks for metrics or health from now on shall meet that one.
      void opened.web?.close();
      void stopping.stop();
    },
  });
}
