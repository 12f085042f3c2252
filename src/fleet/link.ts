import { preciseClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Engine, type Opened, openEngine } from './engine.ts';
import type { FleetFigures } from './figures.ts';
import { BEAT_MS } from './pace.ts';
import { explainFailure } from './refusals.ts';
import { findPrimary } from './sentinels.ts';
import type { Connection } from './settings.ts';
import { createFleetTime, type FleetTime } from './time.ts';
import { Late, within } from './within.ts';

/** The connection to the engine. What it is asked never rejects, and never waits longer than it was told. */
export interface Link {
  readonly isUp: () => boolean;
  /** Since when that is so, on the daemon's clock; absent: it was never reached. */
  readonly since: () => number | undefined;
  readonly time: FleetTime;
  /** Asks; absent: no answer in time, or a refusal. */
  ask<R>(command: (engine: Engine) => Promise<R>): Promise<R | undefined>;
  /** Hands over what must not be lost; rejects where the engine did not take it. Tried also where the last beat failed. */
  deliver<R>(command: (engine: Engine) => Promise<R>): Promise<R>;
  /** Sends, and waits for nothing; says `refused` where the engine does not take it. */
  send(command: (engine: Engine) => Promise<unknown>, refused?: () => void): void;
  /** Ends it. */
  stop(): void;
}

export interface LinkOptions {
  /** Reads it anew before each connection: a password may be another by then. */
  readonly connect: () => Promise<Connection>;
  /** How long a question may take. */
  readonly timeoutMs: number;
  /** What is asked at each beat. A throw takes the fleet down until the next one. */
  readonly beat: (opened: Opened, time: FleetTime) => Promise<void>;
  readonly figures: FleetFigures;
  readonly log: Log;
}

/** Opens it, without waiting for the engine. Rejects where what a connection needs can't be read. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { timeoutMs, figures } = options;
  const time = createFleetTime();
  const teller = createTeller(options.log);
  let opened: Opened | undefined;
  let isUp = false;
  let since: number | undefined;
  let isStopped = false;
  let answeredAt = 0;
  let attempts = 0;
  let timer: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;

  const fall = (error: unknown): void => {
    if (isUp) {
      figures.downs += 1;
      since = preciseClock.now();
    }
    isUp = false;
    if (!isStopped) teller.down(error);
  };

  const beat = async (current: Opened): Promise<void> => {
    try {
      await options.beat(current, time);
      if (current !== opened) return;
      answeredAt = preciseClock.now();
      attempts = 0;
      if (!isUp) since = answeredAt;
      isUp = true;
      teller.up();
    } catch (error) {
      if (current === opened) fall(error);
    }
  };
  const loop = async (current: Opened): Promise<void> => {
    await beat(current);
    if (current !== opened) return;
    timer = setTimeout(() => void loop(current), BEAT_MS * (0.9 + Math.random() * 0.2));
    timer.unref();
  };

  const open = async (connection: Connection): Promise<void> => {
    let fresh: Opened | undefined;
    const isCurrent = (): boolean => fresh !== undefined && fresh === opened;
    const one = connection.kind === 'sentinel' ? await findPrimary(connection) : connection;
    if (isStopped) return;
    fresh = await openEngine(one, {
      ready: () => {
        if (fresh !== undefined && isCurrent()) void loop(fresh);
      },
      failed: (error) => {
        if (isCurrent()) fall(error);
      },
      ended: () => {
        if (!isCurrent()) return;
        fall(new Error('the connection ended'));
        leave();
        retry();
      },
    });
    // It may have been stopped while the library was loaded.
    if (isStopped) {
      fresh.end();
      return;
    }
    opened = fresh;
    teller.begun();
  };
  const leave = (): void => {
    const former = opened;
    opened = undefined;
    clearTimeout(timer);
    former?.end();
  };
  const retry = (): void => {
    attempts += 1;
    const waitMs = Math.min(100 * attempts, MOST_WAIT_MS) * (0.5 + Math.random() / 2);
    again = setTimeout(() => {
      options
        .connect()
        .then(open)
        .catch((error: unknown) => {
          fall(error);
          if (!isStopped) retry();
        });
    }, waitMs);
    again.unref();
  };

  const first = await options.connect();
  void open(first).catch((error: unknown) => {
    fall(error);
    if (!isStopped) retry();
  });

  const engineNow = (): Engine => {
    if (opened === undefined) throw new Error('not connected');
    return opened.engine;
  };
  return {
    isUp: () => isUp,
    since: () => since,
    time,
    ask: async (command) => {
      if (!isUp) return undefined;
      const sentAt = preciseClock.now();
      try {
        const reply = await within(command(engineNow()), timeoutMs);
        answeredAt = preciseClock.now();
        return reply;
      } catch (error) {
        // Nothing came back at all: it hangs, and nobody else shall wait for it. The next beat tells whether it lives.
        if (error instanceof Late && answeredAt < sentAt) fall(error);
        else teller.refused(error);
        return undefined;
      }
    },
    deliver: async (command) => within(command(engineNow()), 2 * BEAT_MS),
    send: (command, refused = () => {}) => {
      if (!isUp || opened === undefined) return;
      command(opened.engine).catch((error: unknown) => {
        teller.refused(error);
        refused();
      });
    },
    stop: () => {
      isStopped = true;
      isUp = false;
      clearTimeout(again);
      leave();
    },
  };
}

/** Attempts are at most so far apart. */
const MOST_WAIT_MS = 1000;

interface Teller {
  /** A connection begins: what was refused over the former one may be allowed now. */
  begun(): void;
  down(error: unknown): void;
  /** One question was refused, by an engine that answers all the same. */
  refused(error: unknown): void;
  up(): void;
}

/** Tells that the fleet is down or up, and what is refused, once each. */
function createTeller(log: Log): Teller {
  let wasUp = false;
  /** Why it is down, as it was told. */
  const told = new Set<string>();
  const refusals = new Set<string>();
  return {
    begun: () => refusals.clear(),
    down: (error) => {
      const { reason, isLasting } = explainFailure(error);
      // What does not end by itself is told each, of all else the first: what follows from it is no news.
      if (told.has(reason) || (told.size > 0 && !isLasting)) return;
      told.add(reason);
      log[isLasting ? 'error' : 'warn']({ reason }, ALONE);
    },
    refused: (error) => {
      const { reason, isLasting } = explainFailure(error);
      if (!isLasting || refusals.has(reason)) return;
      refusals.add(reason);
      log.error({ reason }, 'the engine refuses a part of what the fleet asks');
    },
    up: () => {
      if (told.size > 0 || !wasUp) log.info({}, 'the fleet is reached');
      wasUp = true;
      told.clear();
    },
  };
}

const ALONE = 'the fleet can not be reached: this daemon goes on alone';
