import type { Redis, RedisOptions } from 'ioredis';
import { preciseClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason.ts';
import type { FleetFigures } from './figures.ts';
import type { Connection } from './settings.ts';
import { createFleetTime, type FleetTime } from './time.ts';
import { Late, within } from './within.ts';

/** The engine, as commands are put to it. */
export type Engine = Redis;

/** The connection to the engine. What it is asked never rejects, and never waits longer than it was told. */
export interface Link {
  readonly isUp: () => boolean;
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
  readonly beat: (engine: Engine, time: FleetTime) => Promise<void>;
  /** The engine is connected anew. */
  readonly connected: () => void;
  readonly figures: FleetFigures;
  readonly log: Log;
}

/** How often the time, the news, and a proof that the engine lives are asked for. */
export const BEAT_MS = 500;

/** Opens it, without waiting for the engine. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { log, timeoutMs, figures } = options;
  const engine = await createEngine(await options.connect());
  const time = createFleetTime();
  let isUp = false;
  let wasUp = false;
  let isStopped = false;
  let answeredAt = 0;
  /** Why it is down, as it was told. */
  const told = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const tell = (reason: string | undefined): void => {
    if (isStopped) return;
    if (reason === undefined) {
      if (told.size > 0 || !wasUp) log.info({}, 'the fleet is reached');
      wasUp = true;
      told.clear();
      return;
    }
    // What does not end by itself is told each, of all else the first: what follows from it is no news.
    const isRefusal = REFUSALS.test(reason);
    if (told.has(reason) || (told.size > 0 && !isRefusal)) return;
    told.add(reason);
    log[isRefusal ? 'error' : 'warn']({ reason }, ALONE);
  };
  const fall = (reason: string): void => {
    if (isUp) figures.downs += 1;
    isUp = false;
    tell(reason);
  };

  engine.on('error', (error) => fall(reasonOf(error)));
  engine.on('close', () => {
    fall('the connection ended');
    void options.connect().then(
      (connection) => Object.assign(engine.options, connection),
      (error: unknown) => fall(reasonOf(error)),
    );
  });

  const beat = async (): Promise<void> => {
    try {
      await options.beat(engine, time);
      answeredAt = preciseClock.now();
      isUp = true;
      tell(undefined);
    } catch (error) {
      fall(reasonOf(error));
    }
  };
  const loop = async (): Promise<void> => {
    await beat();
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void loop(), BEAT_MS * (0.9 + Math.random() * 0.2));
    timer.unref();
  };
  engine.on('ready', () => {
    options.connected();
    clearTimeout(timer);
    void loop();
  });
  engine.connect().catch(() => {});

  return {
    isUp: () => isUp,
    time,
    ask: async (command) => {
      if (!isUp) return undefined;
      const sentAt = preciseClock.now();
      try {
        const reply = await within(command(engine), timeoutMs);
        answeredAt = preciseClock.now();
        return reply;
      } catch (error) {
        // Nothing came back at all: it hangs, and nobody else shall wait for it. The next beat tells whether it lives.
        if (error instanceof Late && answeredAt < sentAt) fall(error.message);
        return undefined;
      }
    },
    deliver: (command) => within(command(engine), 2 * BEAT_MS),
    send: (command, refused = () => {}) => {
      if (!isUp) return;
      command(engine).catch(refused);
    },
    stop: () => {
      isStopped = true;
      isUp = false;
      clearTimeout(timer);
      engine.disconnect();
    },
  };
}

const ALONE = 'the fleet can not be reached: this daemon goes on alone';

/** What does not end by itself: somebody has to act. */
const REFUSALS = /WRONGPASS|NOAUTH|NOPERM|certificate/i;

/** The library is loaded here only: whoever has no fleet needs none of it. */
export async function createEngine(connection: Partial<RedisOptions>): Promise<Engine> {
  const { Redis: Client } = await import('ioredis');
  const { replyMapping: _, ...rest } = connection;
  return new Client({ ...OPTIONS, ...rest });
}

const OPTIONS: Omit<RedisOptions, 'replyMapping'> = {
  protocol: 2,
  lazyConnect: true,
  // What can't be asked now is asked of the directory: nothing waits for a connection, nothing is asked twice.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // What was the primary is a replica now: the name leads to another by the next connection.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  // It would need the right to INFO.
  enableReadyCheck: false,
  disableClientInfo: true,
  connectTimeout: 1000,
  disconnectTimeout: 200,
  // An engine that accepts and never speaks would keep it in "connect" for ever (ioredis#634).
  socketTimeout: 3 * BEAT_MS,
  retryStrategy: (times) => Math.min(100 * times, 1000) * (0.5 + Math.random() / 2),
};
