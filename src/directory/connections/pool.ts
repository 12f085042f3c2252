import type { Log } from '../../log.ts';
import { reasonOf } from '../../reason.ts';
import { Fault } from '../directory.ts';
import { either, pause } from '../waiting.ts';
import type { Opened, Servers } from './servers.ts';

/** A connection to a server, over which several questions may be under way. Dead for ever once it is closed. */
export interface Pooled {
  /** The server, for messages. */
  readonly server: string;
  /** Questions under way. */
  readonly load: number;
  /** Why it is dead; absent while it lives. */
  readonly death: Error | undefined;
  /** Whether it answers no more, though nothing has ended it. */
  readonly isStuck: boolean;
  /** Resolves when it is dead, or stuck. */
  readonly spent: Promise<void>;
  close(): void;
}

export interface PoolOptions<C extends Pooled> {
  /** The directory's name. */
  readonly name: string;
  readonly size: number;
  readonly servers: Servers<C>;
  /** A connection is replaced at this age, ±10 %: below what the server's idle limit would be. */
  readonly maxAgeMs: number;
  /** One to another server than the first is replaced at this age: the first one may be back. */
  readonly returnMs: number;
  readonly log: Log;
}

/** A few connections, all proved, kept open and replaced in the background. */
export interface Pool<C extends Pooled> {
  /** The one with the least to do; waits for those that are being opened. Throws why there is none. */
  take(signal: AbortSignal): Promise<C>;
  /** Ends all connections, those with questions under way too. */
  close(): Promise<void>;
}

/** How soon a failed opening is repeated, in ms: doubling from the first to the last. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1000;

interface Slot<C extends Pooled> {
  connection?: C;
  /** After a failed opening, until the next one. */
  isPausing: boolean;
}

/** Creates a pool and begins to open its connections. */
export function createPool<C extends Pooled>(options: PoolOptions<C>): Pool<C> {
  const { servers, log, name } = options;
  const life = new AbortController();
  const slots = Array.from({ length: options.size }, (): Slot<C> => ({ isPausing: false }));
  /** Replaced ones that have questions to answer. */
  const retired = new Set<C>();
  let failure: unknown = new Fault('starting', 'it has not been reached yet');
  /** Openings that failed. */
  let failures = 0;
  let news = Promise.withResolvers<void>();
  const tell = createTold(name, log);

  const announce = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };

  async function open(): Promise<Opened<C> | undefined> {
    try {
      const opened = await servers.open(life.signal);
      tell.reached(opened.connection.server);
      return opened;
    } catch (error) {
      failure = error;
      failures += 1;
      if (!life.signal.aborted) tell.failed(error);
      return undefined;
    }
  }

  /** Keeps one slot filled until the pool closes. */
  async function keep(slot: Slot<C>): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!life.signal.aborted) {
      const opened = await open();
      if (opened === undefined) {
        slot.isPausing = true;
        announce();
        await pause(pauseMs * (0.75 + Math.random() / 2), life.signal);
        slot.isPausing = false;
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
        continue;
      }
      pauseMs = FIRST_PAUSE_MS;
      const { connection, rank } = opened;
      if (slot.connection !== undefined) retire(slot.connection);
      slot.connection = connection;
      announce();
      const ageMs = rank === 0 ? options.maxAgeMs : options.returnMs;
      await pause(ageMs * (0.9 + Math.random() * 0.2), life.signal, connection.spent);
    }
    slot.connection?.close();
  }

  /** Closes a connection once its questions are answered, or as soon as it is plain that they are not. */
  function retire(connection: C): void {
    if (connection.load === 0 || connection.isStuck) return connection.close();
    retired.add(connection);
    const timer = setInterval(() => {
      if (connection.load > 0 && !connection.isStuck) return;
      clearInterval(timer);
      retired.delete(connection);
      connection.close();
    }, FIRST_PAUSE_MS);
    timer.unref();
  }

  /** The least busy of those that answer. */
  function best(): C | undefined {
    let chosen: C | undefined;
    for (const { connection } of slots) {
      if (!isUsable(connection)) continue;
      if (chosen === undefined || connection.load < chosen.load) chosen = connection;
    }
    return chosen;
  }

  /** Whether some slot is about to be filled: one that has just died is opened again at once. */
  const isOpening = (): boolean =>
    slots.some(({ connection, isPausing }) => !isPausing && !isUsable(connection));

  const kept = slots.map(keep);
  return {
    async take(signal) {
      const enough = failures + slots.length;
      for (;;) {
        if (life.signal.aborted) throw new Fault('shutdown', 'the directory is closed');
        const connection = best();
        if (connection !== undefined) return connection;
        if (!isOpening() || failures >= enough) throw failure;
        await either(news.promise, signal);
        if (signal.aborted) throw failure;
      }
    },
    async close() {
      life.abort();
      await Promise.all(kept);
      for (const connection of retired) connection.close();
      announce();
    },
  };
}

const isUsable = <C extends Pooled>(connection: C | undefined): connection is C =>
  connection !== undefined && connection.death === undefined && !connection.isStuck;

/** Tells each change once: another server, or another reason for having none. */
function createTold(directory: string, log: Log) {
  let state = '';
  const change = (next: string): boolean => {
    const isNew = next !== state;
    state = next;
    return isNew;
  };
  return {
    reached(server: string): void {
      if (change(server)) log.info({ directory, server }, 'connected to the directory');
    },
    failed(error: unknown): void {
      const reason = reasonOf(error);
      // The time until the next attempt counts down in it.
      if (change(reason.replace(/ in \d+ s,/, '')))
        log.error({ directory, reason }, 'no connection to the directory, it is tried again');
    },
  };
}
