import { preciseClock } from '../clock.ts';
import type { Engine } from './engine.ts';
import { type Line, readLine } from './line.ts';
import type { News } from './news.ts';
import { Nonsense, type Row, readRows } from './replies.ts';
import type { Seal } from './seal.ts';

/** Reads the fleet's log. */
export interface Reading {
  /** What was told before this is not known; above all time until the log was read. The fleet's time. */
  readonly since: () => number;
  /** The era that it is; absent until the log was read. */
  readonly era: () => string | undefined;
  /** When the last era began that was read, on the daemon's clock. */
  readonly turnedAt: () => number;
  /** Whether this process's line of that number is not there, though it was laid down before that was read. */
  readonly lacks: (n: number) => boolean;
  /** Whether what is read was told while this daemon heard nothing. */
  readonly isCatchingUp: () => boolean;
  readonly caughtUp: () => void;
  /** Reads what is new, up to the end. A throw: the engine refuses it. */
  readOn(engine: Engine): Promise<void>;
  /** Reads from the beginning, the next time: what lies there now is not what lay there. */
  readonly anew: () => void;
}

export interface ReadingOptions {
  readonly key: string;
  /** This process, among all of the fleet's. */
  readonly me: string;
  readonly seal: Seal;
  /** So many lines are kept: where there are as many, what is not there may be too old. */
  readonly most: number;
  /** The fleet's time now. */
  readonly now: () => number | undefined;
  /** News that are new, of that instant. `isOwn`: this process told them. */
  readonly heard: (news: News, at: number, isOwn: boolean) => void;
  /** A line that no key of the fleet's closed. */
  readonly refused: () => void;
}

/** Lines that are read at a time. */
const BATCH = 1000;

/** Processes whose last line is remembered. */
const MOST_SENDERS = 20_000;

/** So often at a time: an engine whose log has no end is none. */
const MOST_BATCHES = 50;

/** Own lines that are remembered: more than are ever told again. */
const MOST_OWN = 2000;

/** A line that others have passed is told again within this. */
const LATE_MS = 1_200_000;

/** Creates it; nothing is read yet. */
export function createReading(options: ReadingOptions): Reading {
  const { key, me, seal } = options;
  let since = Number.POSITIVE_INFINITY;
  let era: string | undefined;
  let turnedAt = Number.NEGATIVE_INFINITY;
  /** The numbers of this process's lines that lie there, and how many lines were read since the beginning. */
  let own = new Set<number>();
  let lines = 0;
  let isCatchingUp = true;
  /** The last line that was read. */
  let last: Row | undefined;
  /** What was read of each process: a line that is read again, or laid down again by a stranger, is no news. */
  const numbers = new Map<string, Numbers>();

  const anew = (): void => {
    last = undefined;
    since = Number.POSITIVE_INFINITY;
    era = undefined;
    own = new Set();
    lines = 0;
    isCatchingUp = true;
  };

  const take = (closed: Buffer, idMs: number): void => {
    const line = readLine(seal.open(closed, key));
    if (line === undefined) return options.refused();
    const now = options.now() ?? line.at;
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
    if (line.by === me) keepOwn(line.n);
    if (isNew(line, now)) options.heard(line.news, at, line.by === me);
  };

  const keepOwn = (n: number): void => {
    own.add(n);
    const [oldest] = own;
    if (own.size > MOST_OWN && oldest !== undefined) own.delete(oldest);
  };

  const isNew = ({ by, n, at }: Line, now: number): boolean => {
    const known = numbers.get(by) ?? createNumbers();
    if (numbers.size >= MOST_SENDERS) numbers.clear();
    numbers.set(by, known);
    return known.take(n, at >= now - LATE_MS ? 'late too' : 'in order');
  };

  const readFrom = async (engine: Engine, id: string): Promise<readonly Row[]> =>
    readRows(await engine.xrangeBuffer(key, id, '+', 'COUNT', BATCH));

  /**
   * What comes after the last line. That one is read with it: where it is not there any more, or another in its place, an
   * engine took over that had not got it, or the log is another, or longer than was read. All that it holds may be news then.
   */
  const readNext = async (engine: Engine): Promise<readonly Row[]> => {
    const former = last;
    if (former === undefined) return readFrom(engine, '-');
    const [first, ...rows] = await readFrom(engine, former.id);
    if (first?.id === former.id && former.closed.equals(first.closed)) return rows;
    anew();
    return readFrom(engine, '-');
  };

  const readOn = async (engine: Engine): Promise<void> => {
    for (let i = 0; i < MOST_BATCHES; i++) {
      const rows = await readNext(engine);
      if (rows.length === 0) return;
      for (const row of rows) {
        last = row;
        lines += 1;
        take(row.closed, Number(row.id.split('-')[0]));
      }
    }
    throw new Nonsense('log, for it has no end');
  };

  return {
    since: () => since,
    era: () => era,
    turnedAt: () => turnedAt,
    lacks: (n) => !own.has(n) && (lines < options.most || n > Math.min(...own)),
    isCatchingUp: () => isCatchingUp,
    caughtUp: () => {
      isCatchingUp = false;
    },
    readOn,
    anew,
  };
}

/** Which lines of one process were read. */
interface Numbers {
  /** Whether it was not read before; one that later ones have overtaken counts where that is allowed. */
  take(n: number, which: 'in order' | 'late too'): boolean;
}

/** Gaps of one process that are remembered. */
const MOST_GAPS = 20;

function createNumbers(): Numbers {
  let last = 0;
  /** Below `last`, the newest ones last: from, up to. */
  let gaps: readonly (readonly [number, number])[] = [];
  return {
    take: (n, which) => {
      if (n > last) {
        if (n > last + 1) gaps = [...gaps, [last + 1, n - 1] as const].slice(-MOST_GAPS);
        last = n;
        return true;
      }
      const gap = gaps.find(([from, to]) => n >= from && n <= to);
      if (gap === undefined || which === 'in order') return false;
      const [from, to] = gap;
      const parts = [[from, n - 1] as const, [n + 1, to] as const].filter(([a, b]) => a <= b);
      gaps = gaps.flatMap((each) => (each === gap ? parts : [each]));
      return true;
    },
  };
}
