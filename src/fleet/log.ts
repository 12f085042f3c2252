import { randomBytes } from 'node:crypto';
import { preciseClock } from '../clock.ts';
import { isTree } from '../config/sources/tree.ts';
import type { FleetFigures } from './figures.ts';
import type { Engine } from './link.ts';
import type { News } from './news.ts';
import { createOutbox } from './outbox.ts';
import type { Seal } from './seal.ts';
import type { FleetTime } from './time.ts';

/** The fleet's news: a stream in the engine, read at each beat. */
export interface NewsLog {
  /** Tells all others; `told` hears it at once, for what still lies in the engine must not come back before. */
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
  /** Over a new connection some of the last lines are read again: who took over may have lost the newest. */
  readonly rewind: () => void;
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

/** Lines that are read at a time. */
const BATCH = 1000;

/** What is heard again over a new connection. */
const AGAIN_MS = 10_000;

/** A log that can't be used is begun anew no more often. */
const ANEW_MS = 5000;

/** A leap of the engine's clock is noticed by all daemons within this. */
const TURN_MS = 2000;

/** Processes whose last line is remembered. */
const MOST_SENDERS = 20_000;

/** Creates it; nothing is read yet. */
export function createNewsLog(options: LogOptions): NewsLog {
  const { key, me, seal, figures } = options;
  let since = Number.POSITIVE_INFINITY;
  let position = START;
  let isCatchingUp = true;
  let checksGap = false;
  let era: string | undefined;
  let isBack = false;
  /** When the last era began that was read, on the daemon's clock. */
  let turnedAt = Number.NEGATIVE_INFINITY;
  let begunAt = Number.NEGATIVE_INFINITY;
  /** The number of each process's last line: one that is read again, or laid down again by a stranger, is no news. */
  const numbers = new Map<string, number>();

  const lay = (engine: Engine, line: Line, how: readonly string[]): Promise<unknown> =>
    engine.call(
      'XADD',
      key,
      ...how,
      'MAXLEN',
      '~',
      MOST_LINES,
      '*',
      'n',
      seal.close(JSON.stringify(line), key),
    );

  /** Begins the log, whatever lies in its place: whoever starts from now on must find where that was. */
  const begin = async (): Promise<void> => {
    const now = preciseClock.now();
    const at = options.time().now();
    if (at === undefined || now < begunAt + ANEW_MS) return;
    begunAt = now;
    const news = { op: 'begin', era: randomBytes(9).toString('base64url') } as const;
    await options.deliver((engine) => lay(engine, { by: me, n: 0, at, era: news.era, news }, []));
  };
  const beginAnew = async (): Promise<void> => {
    if (preciseClock.now() < begunAt + ANEW_MS) return;
    await options.deliver((engine) => engine.del(key));
    position = START;
    await begin();
  };

  const outbox = createOutbox({
    toFleet: (localMs) => options.time().toFleet(localMs),
    note: options.note,
    post: async (n, news, at) => {
      const line = { by: me, n, at, era: era ?? '', news };
      try {
        // Where the log is gone it is begun first: what it held before must not be missed.
        const taken = await options.deliver((engine) => lay(engine, line, ['NOMKSTREAM']));
        if (taken === null) throw new Error('there is no log');
      } catch (error) {
        if (isSpoilt(error)) await beginAnew();
        throw error;
      }
      count(figures.news.told, news.op);
    },
  });

  const take = (closed: Buffer, idMs: number): void => {
    const line = readLine(seal.open(closed, key));
    if (line === undefined) {
      figures.refused.seal += 1;
      return;
    }
    const now = options.time().now() ?? line.at;
    // Whoever told it may not have noticed yet that the engine's clock leapt; the engine has.
    const at = Math.max(Math.min(line.at, now), Math.min(idMs, now));
    if (line.news.op === 'begin') {
      era = line.news.era;
      turnedAt = preciseClock.now();
      since = at;
      return;
    }
    since = Math.min(since, at);
    if (line.era !== '') era ??= line.era;
    if (isNew(line)) hear(line, at);
  };

  const isNew = ({ by, n }: Line): boolean => {
    if (n <= (numbers.get(by) ?? 0)) return false;
    if (numbers.size >= MOST_SENDERS) numbers.clear();
    numbers.set(by, n);
    return true;
  };

  const hear = ({ by, news }: Line, at: number): void => {
    options.note(news, at);
    if (by === me) return;
    count(figures.news.heard, news.op);
    if (!isCatchingUp) options.heard(news);
  };

  /** Reads it from its beginning: what was told meanwhile is not known. */
  const readAnew = (): void => {
    position = START;
    since = Number.POSITIVE_INFINITY;
    isCatchingUp = true;
  };

  /** Whether lines were dropped that were never read here. */
  const findGap = async (engine: Engine): Promise<void> => {
    const [first] = await engine.xrange(key, '-', '+', 'COUNT', 1);
    checksGap = false;
    if (first !== undefined && isAfter(first[0], position)) readAnew();
    else position = earlier(position);
  };

  const takeAt = (id: string, closed: Buffer = Buffer.alloc(0)): void => {
    position = id;
    take(closed, Number(id.split('-')[0]));
  };

  const readOn = async (engine: Engine): Promise<void> => {
    const [[last], read] = await Promise.all([
      engine.xrevrange(key, '+', '-', 'COUNT', 1),
      engine.xreadBuffer('COUNT', BATCH, 'STREAMS', key, position),
    ]);
    // Another log lies there, of an engine that took over, or it is gone.
    if (position !== START && (last === undefined || isAfter(position, last[0]))) readAnew();
    if (last === undefined) return;
    for (const [id, fields] of read?.[0]?.[1] ?? []) takeAt(String(id), fields[1]);
    if (isAfter(last[0], position)) await readOn(engine);
  };

  return {
    since: () => since,
    era: () => era,
    tell: outbox.tell,
    waiting: outbox.size,
    flush: outbox.flush,
    rewind: () => {
      checksGap = position !== START;
      outbox.repeat();
    },
    beat: async (engine, clock) => {
      if (clock === 'back') isBack = true;
      try {
        if (checksGap) await findGap(engine);
        await readOn(engine);
      } catch (error) {
        if (!isSpoilt(error)) throw error;
        await beginAnew();
      }
      // Another may have noticed it sooner.
      if (isBack && preciseClock.now() < turnedAt + TURN_MS) isBack = false;
      if (since === Number.POSITIVE_INFINITY || isBack) await begin();
      else if (isCatchingUp) {
        isCatchingUp = false;
        options.caughtUp();
      }
      void outbox.flush();
    },
  };
}

const START = '0-0';

/** One line of the log. */
interface Line {
  /** The process that told it, and its how-manieth line it is, from 1. */
  readonly by: string;
  readonly n: number;
  /** When it learnt of it, by the fleet's time. */
  readonly at: number;
  /** The era that it was for whoever told it. */
  readonly era: string;
  readonly news: News;
}

function readLine(text: string | undefined): Line | undefined {
  if (text === undefined) return undefined;
  const line: unknown = JSON.parse(text);
  // Whoever has the key has made it: only another version could have made it otherwise.
  if (!isTree(line) || !isTree(line['news'])) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return line as unknown as Line;
}

const count = (counts: Record<string, number>, op: string): void => {
  counts[op] = (counts[op] ?? 0) + 1;
};

/** Another type lies under the log's name, or an id that no later one can follow. */
export const isSpoilt = (error: unknown): boolean =>
  error instanceof Error &&
  /^WRONGTYPE|smaller than the target|ID specified|exhausted/i.test(error.message);

const partsOf = (id: string): readonly [bigint, bigint] => {
  const [ms = '0', n = '0'] = id.split('-');
  return [BigInt(ms), BigInt(n)];
};

const isAfter = (one: string, other: string): boolean => {
  const [ms, n] = partsOf(one);
  const [otherMs, otherN] = partsOf(other);
  return ms === otherMs ? n > otherN : ms > otherMs;
};

const earlier = (id: string): string => {
  const ms = partsOf(id)[0] - BigInt(AGAIN_MS);
  return `${ms < 0n ? 0n : ms}-0`;
};
