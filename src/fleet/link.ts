import { preciseClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Engine, type Opened, openEngine } from './engine.ts';
import type { FleetFigures } from './figures.ts';
import { BEAT_MS } from './pace.ts';
import { explainFailure } from './refusals.ts';
import { findPrimary } from './sentinels.ts';
import type { Connection } from './settings.ts';
import { createTeller } from './teller.ts';
import { createFleetTime, type FleetTime } from './time.ts';
import { Late, within } from './within.ts';

/** The connection to the engine. What it is asked never rejects, and never waits longer than it was told. */
export interface Link {
  readonly isUp: () => boolean;
  /** Since when that is so, on the daemon's clock; absent: it was never reached. */
  readonly since: () => number | undefined;
  readonly time: FleetTime;
  /** Why it is down, with what to do where somebody has to; absent while it is up. */
  readonly reason: () => string | undefined;
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
  /**
   * What is asked at each beat; says whether the engine answers as fast as a question has to be. A throw takes the fleet down
   * until the next one.
   */
  readonly beat: (opened: Opened, time: FleetTime) => Promise<'swift' | 'slow'>;
  readonly figures: FleetFigures;
  readonly log: Log;
}

/** Opens it, without waiting for the engine. Rejects where what a connection needs can't be read. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { timeoutMs, figures } = options;
  const time = createFleetTime();
  const teller = createTeller(options.log, preciseClock);
  const tooLate = new Late(
    `no answer within ${timeoutMs} ms, which is all that fleet.timeout gives`,
  );
  let opened: Opened | undefined;
  let isUp = false;
  let since: number | undefined;
  let reason: string | undefined;
  /** A question was answered too late: before it is known that others are not, nobody else waits for one. */
  let isSlow = false;
  let failedBeats = 0;
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
    reason = explainFailure(error).reason;
    if (!isStopped) teller.down(error);
  };

  const beat = async (current: Opened): Promise<void> => {
    try {
      const pace = await options.beat(current, time);
      if (current !== opened) return;
      answeredAt = preciseClock.now();
      [attempts, failedBeats] = [0, 0];
      if (isSlow && pace === 'slow') return fall(tooLate);
      isSlow = false;
      reason = undefined;
      if (!isUp) since = answeredAt;
      isUp = true;
      teller.up();
    } catch (error) {
      if (current !== opened) return;
      fall(error);
      failedBeats += 1;
      if (failedBeats < MOST_FAILED) return;
      // It may be mended by what only a new connection has: another address, another password.
      leave();
      retry();
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
    failedBeats = 0;
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
    reason: () => reason,
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
        if (error instanceof Late && answeredAt < sentAt) {
          isSlow = true;
          fall(tooLate);
        } else teller.refused(error);
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

/** So many beats in a row that fail, and the connection is given up. */
const MOST_FAILED = 10;

/** Attempts are at most so far apart. */
const MOST_WAIT_MS = 1000;
