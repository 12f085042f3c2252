import { isTree } from '../config/sources/tree.ts';
import {
  FOLLOW_TURN_MS,
  type HeardLine,
  type Page,
  type Together,
  type ToldLine,
  type Turn,
} from '../mirror/shared/told.ts';
import { append } from './append.ts';
import type { Fleet } from './contract.ts';
import type { Engine } from './engine.ts';
import type { FleetFigures } from './figures.ts';
import { isSpoilt } from './line.ts';
import type { Link } from './link.ts';
import { readRows } from './replies.ts';
import type { Seal } from './seal.ts';
import { MOST_AHEAD_MS } from './time.ts';

export interface FeedOptions {
  readonly link: Link;
  readonly seal: Seal;
  /** What comes before all names. */
  readonly base: string;
  /** Of the directory's settings, and of its mirror's feed: those of others share none. */
  readonly room: string;
  /** The daemon's, for people. */
  readonly name: string;
  readonly turns: Pick<Fleet, 'hold' | 'giveUp'>;
  readonly figures: FleetFigures;
}

/** Lines that are kept, about. Whoever misses some asks the directory for what it has missed. */
const MOST_LINES = 4096;

/** Lines that are read at a time. */
const BATCH = 32;

/** A stream that nobody tells any more is gone after this. */
const LIFE_MS = 3_600_000;

/** How long a turn lasts where its holder says nothing more. */
const TURN_MS: Readonly<Record<Turn, number>> = { follow: FOLLOW_TURN_MS, 'catch up': 10_000 };

const START = '0-0';

/** Opens the stream in which daemons tell each other what one directory told. */
export function createFeed(options: FeedOptions): Together {
  const { link, seal, room, name, turns, figures } = options;
  const { time } = link;
  const [place] = seal.names(`feed ${room}`);
  const key = `${options.base}:{${place}}:feed`;

  const add = async (engine: Engine, { n, changes }: ToldLine, closed: Buffer) => {
    const how = n === 0 ? 'begins' : 'goes on';
    const id = await append(engine, { key, most: MOST_LINES }, closed, how);
    if (changes.length === 0) await engine.pexpire(key, LIFE_MS);
    return typeof id === 'string' ? id : undefined;
  };

  const open = (id: string, closed: Buffer): HeardLine | undefined => {
    const text = seal.open(closed, key);
    if (text === undefined) {
      figures.refused.seal += 1;
      return undefined;
    }
    const line: unknown = JSON.parse(text);
    if (!isLaid(line)) {
      figures.refused.format += 1;
      return undefined;
    }
    const { at, ...told } = line;
    const now = time.now();
    const isTimed = now !== undefined && at <= now + MOST_AHEAD_MS && time.countsNone(at);
    return { ...told, id, ...(isTimed && { ageMs: Math.max(0, now - at) }) };
  };

  return {
    name,
    turn: (what) => turns.hold(`${what} ${room}`, TURN_MS[what]),
    giveUp: (what) => turns.giveUp(`${what} ${room}`),
    lay: async (line) => {
      const at = time.now();
      if (!link.isUp() || at === undefined) return undefined;
      const closed = seal.close(JSON.stringify({ ...line, at } satisfies Laid), key);
      try {
        const id = await link.deliver((engine) => add(engine, line, closed));
        if (id !== undefined) figures.lines.told += 1;
        return id;
      } catch (error) {
        // Whatever lies in its place is none of ours.
        if (isSpoilt(error)) link.send((engine) => engine.del(key));
        return undefined;
      }
    },
    read: async (after = START): Promise<Page | undefined> => {
      if (!link.isUp()) return undefined;
      try {
        const from = after === START ? '-' : `(${after}`;
        const rows = readRows(
          await link.deliver((engine) => engine.xrangeBuffer(key, from, '+', 'COUNT', BATCH)),
        );
        const lines = rows.flatMap(({ id, closed }) => open(id, closed) ?? []);
        figures.lines.heard += lines.length;
        return { lines, end: rows.at(-1)?.id ?? after, isLast: rows.length < BATCH };
      } catch {
        return undefined;
      }
    },
  };
}

/** A line as it is sealed, with the fleet's time. */
interface Laid extends ToldLine {
  readonly at: number;
}

/** Whoever has the key has made it: only another version could have made it otherwise. */
const isLaid = (line: unknown): line is Laid =>
  isTree(line) &&
  typeof line['session'] === 'string' &&
  typeof line['n'] === 'number' &&
  typeof line['at'] === 'number' &&
  typeof line['by'] === 'string' &&
  Array.isArray(line['changes']);
