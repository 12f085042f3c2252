import { randomBytes } from 'node:crypto';
import { preciseClock } from '../clock.ts';
import { append } from './append.ts';
import type { Engine } from './engine.ts';
import type { FleetFigures } from './figures.ts';
import { isSpoilt, type Line } from './line.ts';
import type { News } from './news.ts';
import { createOutbox } from './outbox.ts';
import { createReading } from './reading.ts';
import type { Seal } from './seal.ts';
import type { FleetTime } from './time.ts';

/** The fleet's news: a stream in the engine, read at each beat. */
export interface NewsLog {
  /** Tells all others; it is noted here at once, for what still lies in the engine must not come back before. */
  readonly tell: (news: News) => void;
  /** What was told before this is not known; above all time until the log was read. The fleet's time. */
  readonly since: () => number;
  /** The era that it is; absent until the log was read. */
  readonly era: () => string | undefined;
  /**
   * Reads what is new, up to the end, and sends what waits. `clock`: whether the engine's was set back since the last one,
   * which begins an era. A throw: the engine refuses it.
   */
  beat(engine: Engine, clock: 'on' | 'back'): Promise<void>;
  /** How much waits to be sent. */
  readonly waiting: () => number;
  /** Sends what waits, as far as it goes. Never rejects. */
  readonly flush: () => Promise<void>;
}

export interface LogOptions {
  readonly key: string;
  /** This process, among all of the fleet's. */
  readonly me: string;
  readonly seal: Seal;
  readonly time: () => FleetTime;
  /** Another's news that is new. Not called for what lay there when the log was read first, or anew after a gap. */
  readonly heard: (news: News) => void;
  /** News of that instant, whoever's they are, this daemon's own included. */
  readonly note: (news: News, at: number) => void;
  /** All that lay there has been noted, of a time in which this daemon heard nothing. */
  readonly caughtUp: () => void;
  /** Hands over what must not be lost. */
  readonly deliver: <R>(command: (engine: Engine) => Promise<R>) => Promise<R>;
  readonly figures: FleetFigures;
}

/** Lines that are kept, about. */
const MOST_LINES = 10_000;

/** A log that can't be used is begun anew no more often. */
const ANEW_MS = 5000;

/** A leap of the engine's clock is noticed by all daemons within this. */
const TURN_MS = 2000;

/** Creates it; nothing is read yet. */
export function createNewsLog(options: LogOptions): NewsLog {
  const { key, me, seal, figures } = options;
  let isBack = false;
  let begunAt = Number.NEGATIVE_INFINITY;

  const reading = createReading({
    key,
    me,
    seal,
    most: MOST_LINES,
    now: () => options.time().now(),
    heard: (news, at, isOwn) => {
      options.note(news, at);
      if (isOwn) return;
      count(figures.news.heard, news.op);
      if (!reading.isCatchingUp()) options.heard(news);
    },
    refused: () => {
      figures.refused.seal += 1;
    },
  });

  const lay = (engine: Engine, line: Line, how: 'begins' | 'goes on'): Promise<unknown> =>
    append(engine, { key, most: MOST_LINES }, seal.close(JSON.stringify(line), key), how);

  /** Begins the log, whatever lies in its place: whoever starts from now on must find where that was. */
  const begin = async (): Promise<void> => {
    const now = preciseClock.now();
    const at = options.time().now();
    if (at === undefined || now < begunAt + ANEW_MS) return;
    begunAt = now;
    const news = { op: 'begin', era: randomBytes(9).toString('base64url') } as const;
    const first = (engine: Engine): Promise<unknown> =>
      lay(engine, { by: me, n: 0, at, era: news.era, news }, 'begins');
    await options.deliver(first).catch(async (error: unknown) => {
      if (!isSpoilt(error)) throw error;
      await options.deliver((engine) => engine.del(key));
      reading.anew();
      await options.deliver(first);
    });
  };

  const outbox = createOutbox({
    toFleet: (localMs) => options.time().toFleet(localMs),
    note: options.note,
    post: async (n, news, at) => {
      const line = { by: me, n, at, era: reading.era() ?? '', news };
      try {
        // Where the log is gone it is begun first: what it held before must not be missed.
        const taken = await options.deliver((engine) => lay(engine, line, 'goes on'));
        if (taken === null) throw new Error('there is no log');
      } catch (error) {
        if (isSpoilt(error)) await begin();
        throw error;
      }
      count(figures.news.told, news.op);
    },
  });

  /** Reads on; what the engine had taken by then and does not show is not there: it is sent again. */
  const read = async (engine: Engine): Promise<void> => {
    const taken = outbox.taken();
    await reading.readOn(engine);
    outbox.repeat(reading.lacks, taken);
  };

  const beat = async (engine: Engine, clock: 'on' | 'back'): Promise<void> => {
    if (clock === 'back') isBack = true;
    try {
      await read(engine);
    } catch (error) {
      if (!isSpoilt(error)) throw error;
      await begin();
    }
    // Another may have noticed it sooner.
    if (isBack && preciseClock.now() < reading.turnedAt() + TURN_MS) isBack = false;
    if (reading.since() === Number.POSITIVE_INFINITY || isBack) await begin();
    else if (reading.isCatchingUp()) {
      reading.caughtUp();
      options.caughtUp();
    }
    void outbox.flush();
  };
  /** One that takes longer than a beat: two that read at once would each take the other's place for another log. */
  let underWay: { readonly engine: Engine; readonly ended: Promise<void> } | undefined;

  return {
    since: reading.since,
    era: reading.era,
    tell: outbox.tell,
    waiting: outbox.size,
    flush: outbox.flush,
    beat: (engine, clock) => {
      if (clock === 'back') isBack = true;
      if (underWay?.engine === engine) return underWay.ended;
      const ended = beat(engine, clock).finally(() => {
        if (underWay?.ended === ended) underWay = undefined;
      });
      underWay = { engine, ended };
      return ended;
    },
  };
}

const count = (counts: Record<string, number>, op: string): void => {
  counts[op] = (counts[op] ?? 0) + 1;
};
