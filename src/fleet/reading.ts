import { preciseClock } from '../clock.ts';
import type { Engine } from './engine.ts';
import { type Line, readLine } from './line.ts';
import type { News } from './news.ts';
import type { Seal } from './seal.ts';

/** Reads the fleet's log. */
export interface Reading {
  /** What was told before this is not known; above all time until the log was read. The fleet's time. */
  readonly since: () => number;
  /** The era that it is; absent until the log was read. */
  readonly era: () => string | undefined;
  /** When the last era began that was read, on the daemon's clock. */
  readonly turnedAt: () => number;
  /** The number of this process's last line that lies there. */
  readonly own: () => number;
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

type Row = readonly [id: Buffer, fields: readonly Buffer[]];

/** Creates it; nothing is read yet. */
export function createReading(options: ReadingOptions): Reading {
  const { key, me, seal } = options;
  let since = Number.POSITIVE_INFINITY;
  let era: string | undefined;
  let turnedAt = Number.NEGATIVE_INFINITY;
  let own = 0;
  let isCatchingUp = true;
  /** The last line that was read. */
  let last: { readonly id: string; readonly closed: Buffer } | undefined;
  /** The number of each process's last line: one that is read again, or laid down again by a stranger, is no news. */
  const numbers = new Map<string, number>();

  const anew = (): void => {
    last = undefined;
    since = Number.POSITIVE_INFINITY;
    era = undefined;
    own = 0;
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
    if (line.by === me) own = Math.max(own, line.n);
    if (isNew(line)) options.heard(line.news, at, line.by === me);
  };

  const isNew = ({ by, n }: Line): boolean => {
    if (n <= (numbers.get(by) ?? 0)) return false;
    if (numbers.size >= MOST_SENDERS) numbers.clear();
    numbers.set(by, n);
    return true;
  };

  const readFrom = (engine: Engine, id: string): Promise<readonly Row[]> =>
    engine.xrangeBuffer(key, id, '+', 'COUNT', BATCH);

  /**
   * What comes after the last line. That one is read with it: where it is not there any more, or another in its place, an
   * engine took over that had not got it, or the log is another, or longer than was read. All that it holds may be news then.
   */
  const readNext = async (engine: Engine): Promise<readonly Row[]> => {
    if (last === undefined) return readFrom(engine, '-');
    const [first, ...rows] = await readFrom(engine, last.id);
    if (first !== undefined && String(first[0]) === last.id && last.closed.equals(closedIn(first)))
      return rows;
    anew();
    return readFrom(engine, '-');
  };

  const readOn = async (engine: Engine): Promise<void> => {
    const rows = await readNext(engine);
    for (const row of rows) {
      const id = String(row[0]);
      last = { id, closed: closedIn(row) };
      take(last.closed, Number(id.split('-')[0]));
    }
    if (rows.length > 0) await readOn(engine);
  };

  return {
    since: () => since,
    era: () => era,
    turnedAt: () => turnedAt,
    own: () => own,
    isCatchingUp: () => isCatchingUp,
    caughtUp: () => {
      isCatchingUp = false;
    },
    readOn,
    anew,
  };
}

const NOTHING = Buffer.alloc(0);

const closedIn = ([, fields]: Row): Buffer => fields[1] ?? NOTHING;
