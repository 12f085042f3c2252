import { type Clock, preciseClock } from '../clock.ts';
import { type Log, silentLog } from '../log.ts';
import type { Router } from '../maps/answer.ts';
import { createCounters, type Figures } from './figures.ts';
import {
  type BoundListener,
  bindListener,
  type Listener,
  type ListenOptions,
  type SweptListener,
} from './listener.ts';
import { LIMITS, type Limits } from './protocol.ts';
import type { Reads } from './reading.ts';
import { createRespond } from './respond.ts';
import type { SessionOptions } from './session.ts';

/** What a server answers with, and within which bounds. Only `route` must be given. */
export interface ServerOptions {
  /** Asked for each request, so maps may be swapped behind it. Says PERM of a map that is not there. */
  readonly route: Router;
  /** Whether a map of that name is there; asked where a request may begin with the word `get`. Absent: none is called so. */
  readonly hasMap?: (name: string) => boolean;
  /** Absent: the system's monotonic clock. */
  readonly clock?: Clock;
  /** How long a request may take, now or at each request; absent: 200. */
  readonly deadlineMs?: number | (() => number);
  readonly limits?: Partial<Limits>;
  /** Absent: says nothing. */
  readonly log?: Log;
  /** Absent: `shared`. */
  readonly reads?: Reads;
}

/** Answers socketmap requests at any number of endpoints. */
export interface SocketmapServer {
  /**
   * Opens one more endpoint.
   * @throws {EndpointError} that says why it can't be opened
   */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * As `listen`, but a Unix socket stands aside until `publish`, so that several endpoints replace others together.
   * @throws {EndpointError} that says why it can't be opened
   */
  bind(options: ListenOptions): Promise<BoundListener>;
  /** Closes all endpoints, as `Listener.close` does. */
  drain(withinMs: number): Promise<void>;
  readonly figures: Figures;
}

const DEADLINE_MS = 200;
const SWEEP_MS = 1000;

/**
 * Creates a socketmap server; it listens nowhere yet.
 * @see socketmap_table(5)
 */
export function createSocketmapServer(options: ServerOptions): SocketmapServer {
  const { deadlineMs = DEADLINE_MS, reads = 'shared' } = options;
  const counters = createCounters();
  const log = options.log ?? silentLog;
  const hasMap = options.hasMap ?? (() => false);
  const shared: SessionOptions = {
    respond: createRespond({ route: options.route, hasMap, log, counters }),
    clock: options.clock ?? preciseClock,
    deadlineMs: typeof deadlineMs === 'number' ? () => deadlineMs : deadlineMs,
    limits: { ...LIMITS, ...options.limits },
    log,
    counters,
  };
  const listeners = new Set<SweptListener>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = (): void => {
    for (const listener of listeners) listener.sweep();
  };
  const forget = (listener: SweptListener): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const close = async (listener: SweptListener, withinMs: number): Promise<void> => {
    await listener.close(withinMs);
    forget(listener);
  };
  const bind = async (where: ListenOptions): Promise<BoundListener> => {
    const listener = await bindListener(where, shared, reads);
    listeners.add(listener);
    timer ??= setInterval(sweep, SWEEP_MS).unref();
    return {
      endpoint: listener.endpoint,
      publish: () => listener.publish(),
      close: (withinMs) => close(listener, withinMs),
      setTls: (tls) => listener.setTls(tls),
    };
  };
  return {
    listen: async (where) => {
      const listener = await bind(where);
      try {
        await listener.publish();
      } catch (error) {
        await listener.close(0);
        throw error;
      }
      return listener;
    },
    bind,
    drain: async (withinMs) => {
      await Promise.all([...listeners].map((listener) => close(listener, withinMs)));
    },
    figures: counters,
  };
}
