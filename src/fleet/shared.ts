import type { Fleet } from './contract.ts';
import type { Engine } from './engine.ts';
import type { Link } from './link.ts';
import { isOfAnotherType, readBytes, readList, readTaken } from './replies.ts';
import type { Seal } from './seal.ts';
import { MOST_AHEAD_MS } from './time.ts';

/** More counted at a time than anybody is let vanish: whoever writes to the engine may lay down as many as they like. */
const MOST_COUNTED = 10_000;

/** What daemons do together beside answering: turns, small values, counts. */
export function createShared(
  link: Link,
  seal: Seal,
  base: string,
  me: string,
): Pick<Fleet, 'turn' | 'hold' | 'giveUp' | 'recall' | 'keep' | 'countWithin'> {
  const { time } = link;
  const placeOf = (name: string): string => `${base}:{${seal.names(name)[0]}}`;

  /** Asks for what lies there; what is of another type there is nobody's, and would lie there for good. */
  const askAt = <R>(
    place: string,
    command: (engine: Engine) => Promise<R>,
  ): Promise<R | undefined> =>
    link.ask((engine) =>
      command(engine).catch((error: unknown) => {
        if (isOfAnotherType(error)) link.send((again) => again.del(place));
        throw error;
      }),
    );

  const open = (closed: unknown, place: string): unknown => {
    const text = Buffer.isBuffer(closed) ? seal.open(closed, place) : undefined;
    return text === undefined ? undefined : JSON.parse(text);
  };

  return {
    turn: async (name, ms) => {
      const place = `${placeOf(name)}:turn`;
      const isOurs = await link.ask(async (engine) =>
        readTaken(await engine.set(place, me, 'PX', lifeOf(ms), 'NX')),
      );
      if (isOurs === undefined) return 'alone';
      return isOurs ? 'ours' : 'another';
    },
    hold: async (name, ms) => {
      const place = `${placeOf(name)}:turn`;
      const now = time.now() ?? 0;
      const until = now + lifeOf(ms);
      const closed = seal.close(JSON.stringify([me, until]), place);
      const said = await askAt(place, async (engine) => {
        const [set, holder] = await Promise.all([
          engine.set(place, closed, 'PX', lifeOf(ms), 'NX'),
          engine.getBuffer(place),
        ]);
        return { isNew: readTaken(set), holder: readBytes(holder) };
      });
      if (said === undefined) return 'alone';
      if (said.isNew) return 'ours';
      if (said.holder === null) return 'another';
      const [by, theirs] = readHolder(open(said.holder, place));
      // Laid down by a stranger, or left over from another time: nobody goes on there, and it may lie there for good.
      if (theirs === undefined || theirs < now - MOST_AHEAD_MS || theirs > until + MOST_AHEAD_MS)
        link.send((engine) => engine.del(place));
      if (by !== me) return 'another';
      link.send((engine) => engine.set(place, closed, 'PX', lifeOf(ms)));
      return 'ours';
    },
    giveUp: (name) => link.send((engine) => engine.del(`${placeOf(name)}:turn`)),
    recall: async (name) => {
      const place = placeOf(name);
      const closed = await askAt(place, async (engine) => readBytes(await engine.getBuffer(place)));
      if (closed === undefined) return undefined;
      const value = open(closed, place);
      return value === undefined ? {} : { value };
    },
    keep: (name, value, ms) => {
      const place = placeOf(name);
      const closed = seal.close(JSON.stringify(value), place);
      link.send((engine) => engine.set(place, closed, 'PX', ms));
    },
    countWithin: async (name, key, ms) => {
      const place = `${placeOf(name)}:count`;
      const [which] = seal.names(`${name} ${key}`);
      const now = time.now() ?? 0;
      // Sealed with its instant, so that nobody else makes it look as if there were more.
      const own = seal.close(JSON.stringify([which, now]), place);
      const [from, to] = [now - ms, now + MOST_AHEAD_MS];
      const rows = await askAt(place, async (engine) => {
        const [, there] = await Promise.all([
          engine.zadd(place, now, own),
          engine.zrangeBuffer(place, String(from), String(to), 'BYSCORE', 'LIMIT', 0, MOST_COUNTED),
          engine.zremrangebyscore(place, '-inf', from),
          engine.pexpire(place, 2 * ms),
        ]);
        return readList(there);
      });
      if (rows === undefined) return undefined;
      const different = new Set([which]);
      for (const row of rows) {
        const [each, at] = readCounted(open(row, place));
        if (at !== undefined && at >= from && at <= to) different.add(each);
      }
      return different.size;
    },
  };
}

const lifeOf = (ms: number): number => Math.max(1, Math.trunc(ms));

/** Who holds a turn, and until when. */
const readHolder = (opened: unknown): readonly [by: unknown, until?: number] => readPair(opened);

const readCounted = (opened: unknown): readonly [key: string, at?: number] => {
  const [key, at] = readPair(opened);
  return typeof key === 'string' && at !== undefined ? [key, at] : [''];
};

function readPair(opened: unknown): readonly [first: unknown, at?: number] {
  if (!Array.isArray(opened)) return [undefined];
  const [first, at]: readonly unknown[] = opened;
  return typeof at === 'number' ? [first, at] : [first];
}
